package import BinaryCodec
internal import EntryFormat
internal import RaftTypes

/// The bodies of handshake frames. A later version may append to them and nothing else, therefore
/// bytes after the last known field are skipped: two builds must understand each other well enough
/// to refuse politely.
extension Handshake {
  /// "QUOINPR" and 1, read as little-endian bytes.
  static let magic: UInt64 = 0x0152_504e_494f_5551

  package static func write(_ hello: Hello, to writer: inout ByteWriter) {
    FrameFormat.write(.hello, to: &writer) {
      $0.write(magic)
      write(hello.versions, to: &$0)
      $0.write(hello.channel.rawValue)
      write(hello.identity, to: &$0)
      $0.write(hello.expects.number)
      $0.write(hello.configuration.number)
      $0.write(text: hello.address)
    }
  }

  package static func write(_ answer: Answer, to writer: inout ByteWriter) {
    FrameFormat.write(.answer, to: &writer) {
      $0.write(magic)
      switch answer {
      case .welcome(let version, let identity):
        $0.write(UInt8(0))
        $0.write(version)
        write(identity, to: &$0)
      case .refused(let refusal): write(refusal, to: &$0)
      }
    }
  }

  /// - Throws: `.unexpected` for another kind, `.malformed` for a body that is no hello.
  package static func hello(_ raw: RawFrame) throws(PeerFault) -> Hello {
    guard raw.kind == .hello else { throw .unexpected(raw.kind) }
    do { return try readHello(raw.body) } catch { throw .malformed(.hello, error) }
  }

  /// - Throws: `.unexpected` for another kind, `.malformed` for a body that is no answer.
  package static func answer(_ raw: RawFrame) throws(PeerFault) -> Answer {
    guard raw.kind == .answer else { throw .unexpected(raw.kind) }
    do { return try readAnswer(raw.body) } catch { throw .malformed(.answer, error) }
  }

  private static func readHello(_ body: Bytes) throws(DecodingFault) -> Hello {
    var reader = ByteReader(body)
    try readMagic(from: &reader)
    let versions = try readVersions(from: &reader)
    let code = try reader.readUInt8()
    guard let channel = ChannelKind(rawValue: code) else {
      throw .unknown("channel", value: UInt64(code))
    }
    let identity = try readIdentity(from: &reader)
    return Hello(
      versions: versions, identity: identity, expects: NodeID(try reader.readUInt64()),
      channel: channel, configuration: LogIndex(try reader.readUInt64()),
      address: try reader.readText(limit: Limits.address))
  }

  private static func readAnswer(_ body: Bytes) throws(DecodingFault) -> Answer {
    var reader = ByteReader(body)
    try readMagic(from: &reader)
    let code = try reader.readUInt8()
    switch code {
    case 0:
      let version = try reader.readUInt8()
      return .welcome(version: version, try readIdentity(from: &reader))
    case 1: return .refused(.otherCluster(try MembershipFormat.readCluster(from: &reader)))
    case 2: return .refused(.otherEpoch(try MembershipFormat.readCluster(from: &reader)))
    case 3: return .refused(.wrongNode(NodeID(try reader.readUInt64())))
    case 4: return .refused(.duplicateNode(NodeID(try reader.readUInt64())))
    case 5: return .refused(.unknownVersion(try readVersions(from: &reader)))
    case 6: return .refused(.unknownMember(NodeID(try reader.readUInt64())))
    case 7: return .refused(.replacedDisk(DiskIncarnation(try reader.readUInt64())))
    default: throw .unknown("answer", value: UInt64(code))
    }
  }

  private static func write(_ refusal: Refusal, to writer: inout ByteWriter) {
    switch refusal {
    case .otherCluster(let cluster):
      writer.write(UInt8(1))
      MembershipFormat.write(cluster, to: &writer)
    case .otherEpoch(let cluster):
      writer.write(UInt8(2))
      MembershipFormat.write(cluster, to: &writer)
    case .wrongNode(let node):
      writer.write(UInt8(3))
      writer.write(node.number)
    case .duplicateNode(let node):
      writer.write(UInt8(4))
      writer.write(node.number)
    case .unknownVersion(let versions):
      writer.write(UInt8(5))
      write(versions, to: &writer)
    case .unknownMember(let node):
      writer.write(UInt8(6))
      writer.write(node.number)
    case .replacedDisk(let disk):
      writer.write(UInt8(7))
      writer.write(disk.number)
    }
  }

  private static func write(_ identity: Identity, to writer: inout ByteWriter) {
    writer.write(optional: identity.cluster) { MembershipFormat.write($1, to: &$0) }
    writer.write(identity.node.number)
    writer.write(identity.incarnation.number)
  }

  private static func readIdentity(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> Identity {
    let cluster: ClusterID? = try reader.readOptional {
      (inner: inout ByteReader) throws(DecodingFault) in
      try MembershipFormat.readCluster(from: &inner)
    }
    return Identity(
      cluster: cluster, node: NodeID(try reader.readUInt64()),
      incarnation: DiskIncarnation(try reader.readUInt64()))
  }

  private static func write(_ versions: ClosedRange<UInt8>, to writer: inout ByteWriter) {
    writer.write(versions.lowerBound)
    writer.write(versions.upperBound)
  }

  private static func readVersions(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> ClosedRange<UInt8> {
    let low = try reader.readUInt8()
    let high = try reader.readUInt8()
    guard low <= high else { throw .inconsistent("versions \(low) to \(high)") }
    return low...high
  }

  private static func readMagic(from reader: inout ByteReader) throws(DecodingFault) {
    let word = try reader.readUInt64()
    guard word == magic else { throw .unknown("magic", value: word) }
  }
}
