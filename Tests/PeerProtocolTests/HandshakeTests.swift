import BinaryCodec
import Determinism
import PeerProtocol
import RaftTypes
import Testing

@Suite("Handshake")
struct HandshakeTests {
  static let cluster = ClusterID(9, epoch: 2)

  static func identity(
    _ node: UInt64, cluster: ClusterID? = HandshakeTests.cluster, disk: UInt64? = nil
  ) -> Handshake.Identity {
    .init(cluster: cluster, node: NodeID(node), incarnation: DiskIncarnation(disk ?? node))
  }

  static func view(
    _ node: UInt64 = 2, cluster: ClusterID? = HandshakeTests.cluster,
    members: [UInt64] = [1, 2, 3], configuration: UInt64 = 5
  ) -> Handshake.LocalView {
    .init(
      identity: identity(node, cluster: cluster),
      members: SortedMap(members.map { (NodeID($0), DiskIncarnation($0)) }),
      configuration: LogIndex(configuration))
  }

  static func hello(
    _ identity: Handshake.Identity = identity(1), versions: ClosedRange<UInt8> = 1...1,
    expects: UInt64 = 2, configuration: UInt64 = 5
  ) -> Handshake.Hello {
    .init(
      versions: versions, identity: identity, expects: NodeID(expects), channel: .messages,
      configuration: LogIndex(configuration), address: "127.0.0.1:7391")
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let hello: Handshake.Hello
    var view = HandshakeTests.view()
    /// Nil: welcome.
    let refusal: Handshake.Refusal?
  }

  static let cases: [Case] = [
    Case(testDescription: "a member", hello: hello(), refusal: nil),
    Case(
      testDescription: "another cluster",
      hello: hello(identity(1, cluster: ClusterID(8, epoch: 2))),
      refusal: .otherCluster(cluster)),
    Case(
      testDescription: "an older epoch", hello: hello(identity(1, cluster: ClusterID(9, epoch: 1))),
      refusal: .otherEpoch(cluster)),
    Case(
      testDescription: "a newer epoch", hello: hello(identity(1, cluster: ClusterID(9, epoch: 3))),
      refusal: .otherEpoch(cluster)),
    Case(
      testDescription: "meant for another node", hello: hello(expects: 3),
      refusal: .wrongNode(NodeID(2))),
    Case(
      testDescription: "our own id", hello: hello(identity(2)),
      refusal: .duplicateNode(NodeID(2))),
    Case(
      testDescription: "newer versions only", hello: hello(versions: 2...4),
      refusal: .unknownVersion(1...1)),
    Case(
      testDescription: "older versions only", hello: hello(versions: 0...0),
      refusal: .unknownVersion(1...1)),
    Case(testDescription: "newer versions too", hello: hello(versions: 1...9), refusal: nil),
    Case(
      testDescription: "no member of our membership", hello: hello(identity(4)),
      refusal: .unknownMember(NodeID(4))),
    Case(
      testDescription: "no member of ours, by an older membership of its own",
      hello: hello(identity(4), configuration: 4), refusal: .unknownMember(NodeID(4))),
    Case(
      testDescription: "a member that only a newer membership knows",
      hello: hello(identity(4), configuration: 6), refusal: nil),
    Case(
      testDescription: "a wiped disk", hello: hello(identity(1, disk: 77)),
      refusal: .replacedDisk(DiskIncarnation(1))),
    Case(
      testDescription: "a wiped disk by a membership older than ours",
      hello: hello(identity(1, disk: 77), configuration: 0),
      refusal: .replacedDisk(DiskIncarnation(1))),
    Case(
      testDescription: "a replaced disk that a newer membership has taken in",
      hello: hello(identity(1, disk: 77), configuration: 6), refusal: nil),
    Case(
      testDescription: "a first contact of our empty disk", hello: hello(),
      view: view(cluster: nil, members: [], configuration: 0), refusal: nil),
    Case(
      testDescription: "a first contact meant for another node", hello: hello(expects: 3),
      view: view(cluster: nil, members: [], configuration: 0), refusal: .wrongNode(NodeID(2))),
  ]

  @Test("the acceptor judges", arguments: cases)
  func judge(_ item: Case) {
    let expected: Handshake.Answer =
      item.refusal.map { .refused($0) } ?? .welcome(version: 1, item.view.identity)
    #expect(Handshake.judge(item.hello, against: item.view) == expected)
  }

  @Test("pitfall 3: the dialer goes on only with the node it meant, on the disk it meant")
  func dialer() {
    let view = Self.view(1)
    func judge(_ answerer: Handshake.Identity, version: UInt8 = 1) -> Handshake.Refusal? {
      Handshake.judge(
        version: version, answerer, expecting: NodeID(2), on: DiskIncarnation(2), against: view)
    }
    #expect(judge(Self.identity(2)) == nil)
    #expect(judge(Self.identity(2, cluster: nil)) == nil)
    #expect(judge(Self.identity(3)) == .wrongNode(NodeID(3)))
    #expect(judge(Self.identity(2, disk: 5)) == .replacedDisk(DiskIncarnation(2)))
    #expect(judge(Self.identity(2, cluster: nil, disk: 5)) == .replacedDisk(DiskIncarnation(2)))
    #expect(
      judge(Self.identity(2, cluster: ClusterID(1, epoch: 2))) == .otherCluster(Self.cluster))
    #expect(judge(Self.identity(2, cluster: ClusterID(9, epoch: 9))) == .otherEpoch(Self.cluster))
    #expect(judge(Self.identity(2), version: 2) == .unknownVersion(1...1))
  }

  static let answers: [Handshake.Answer] =
    [.welcome(version: 1, identity(3)), .welcome(version: 1, identity(3, cluster: nil))]
    + cases.compactMap { $0.refusal.map { .refused($0) } }

  @Test("hellos and answers come back as they were sent")
  func roundTrip() throws {
    for hello in Self.cases.map(\.hello) {
      var writer = ByteWriter()
      Handshake.write(hello, to: &writer)
      #expect(try Handshake.hello(only(writer.bytes)) == hello)
    }
    for answer in Self.answers {
      var writer = ByteWriter()
      Handshake.write(answer, to: &writer)
      #expect(try Handshake.answer(only(writer.bytes)) == answer)
    }
  }

  @Test("a later version may append fields to a hello, and may not cut it short")
  func growth() throws {
    var writer = ByteWriter()
    Handshake.write(Self.hello(), to: &writer)
    let body = try only(writer.bytes).body
    #expect(try Handshake.hello(RawFrame(kind: .hello, body: body + [1, 2])) == Self.hello())
    for cut in body.indices {
      let short = RawFrame(kind: .hello, body: body[..<cut])
      #expect(throws: PeerFault.self) { try Handshake.hello(short) }
    }
  }

  @Test("a hello without the magic is named as such")
  func magic() throws {
    var writer = ByteWriter()
    Handshake.write(Self.hello(), to: &writer)
    let body = [UInt8](repeating: 0, count: 8) + (try only(writer.bytes).body.dropFirst(8))
    #expect(throws: PeerFault.malformed(.hello, .unknown("magic", value: 0))) {
      try Handshake.hello(RawFrame(kind: .hello, body: body[...]))
    }
  }

  @Test("handshake frames fit the limit that holds before a peer is known")
  func size() {
    var writer = ByteWriter()
    Handshake.write(Self.hello(), to: &writer)
    #expect(writer.count <= Limits.handshakeBody)
  }

  private func only(_ bytes: [UInt8]) throws -> RawFrame {
    var decoder = FrameDecoder(limit: Limits.handshakeBody)
    decoder.feed(bytes[...])
    return try #require(try decoder.next())
  }
}
