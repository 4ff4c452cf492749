import BinaryCodec
import Determinism
import RaftTypes
import Testing

@Suite("The bytes of memberships")
struct MembershipFormatTests {
  private static func member(_ number: UInt64, _ prospect: Prospect = .none) -> Member {
    Member(
      id: NodeID(number), incarnation: DiskIncarnation(number * 3), peerAddress: "p\(number):1",
      clientAddress: "c\(number):1", prospect: prospect)
  }

  private static func membership(_ dice: inout Dice) -> Membership {
    let prospects: [Prospect] = [
      .none, .trial(replacing: nil), .trial(replacing: NodeID(dice.next())), .promotion, .leaving,
    ]
    let ids = (1...(1 + dice.below(7))).map { NodeID($0) }
    let members = ids.map { id in
      (id, member(id.number, prospects[Int(dice.below(UInt64(prospects.count)))]))
    }
    func half(_ dice: inout Dice) -> [NodeID] {
      let some = ids.filter { _ in dice.chance(1, in: 2) }
      return some.isEmpty ? [ids[0]] : some
    }
    let voters = half(&dice)
    let outgoing = dice.chance(1, in: 2) ? half(&dice) : nil
    return Membership(members: SortedMap(members), voters: voters, outgoing: outgoing)
  }

  /// Members and halves as they are given, whether they fit or not.
  private static func bytes(
    _ members: [Member], voters: [UInt64], outgoing: [UInt64]? = nil
  ) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(UInt32(members.count))
    for member in members { MembershipFormat.write(member, to: &writer) }
    func write(_ nodes: [UInt64], to writer: inout ByteWriter) {
      writer.write(UInt32(nodes.count))
      for node in nodes { writer.write(node) }
    }
    write(voters, to: &writer)
    writer.write(optional: outgoing) { write($1, to: &$0) }
    return writer.bytes
  }

  @Test("every membership comes back from its bytes, prospects and both halves")
  func roundTrip() throws {
    var dice = Dice(seed: 1)
    for _ in 0..<2000 {
      let membership = Self.membership(&dice)
      #expect(
        try MembershipFormat.decode(MembershipFormat.encode(membership)[...]) == membership)
    }
  }

  @Test("bytes that end early or go on are refused")
  func truncated() {
    var dice = Dice(seed: 2)
    for _ in 0..<30 {
      let bytes = MembershipFormat.encode(Self.membership(&dice))
      for count in bytes.indices {
        #expect(throws: DecodingFault.self) { try MembershipFormat.decode(bytes[..<count]) }
      }
      #expect(throws: DecodingFault.self) { try MembershipFormat.decode((bytes + [0])[...]) }
    }
  }

  @Test("whatever bytes decode, they are the one form of the membership")
  func canonical() throws {
    var dice = Dice(seed: 3)
    var refused = 0
    for _ in 0..<4000 {
      var bytes = MembershipFormat.encode(Self.membership(&dice))
      bytes[Int(dice.below(UInt64(bytes.count)))] ^= UInt8(1 << dice.below(8))
      if let membership = try? MembershipFormat.decode(bytes[...]) {
        #expect(MembershipFormat.encode(membership) == bytes)
      } else {
        refused += 1
      }
    }
    #expect(refused > 1000)
  }

  @Test("members and voters that repeat, do not ascend or are not named are refused")
  func disorder() throws {
    let (one, two) = (Self.member(1), Self.member(2))
    _ = try MembershipFormat.decode(Self.bytes([one, two], voters: [1, 2])[...])
    for bytes in [
      Self.bytes([two, one], voters: [1]), Self.bytes([one, one], voters: [1]),
      Self.bytes([one, two], voters: [2, 1]), Self.bytes([one, two], voters: [1, 1]),
      Self.bytes([one, two], voters: [3]), Self.bytes([one, two], voters: []),
      Self.bytes([one, two], voters: [1], outgoing: []),
      Self.bytes([one, two], voters: [1], outgoing: [3]), Self.bytes([], voters: []),
    ] {
      #expect(throws: DecodingFault.self) { try MembershipFormat.decode(bytes[...]) }
    }
  }

  @Test("a prospect that is not known, and a count beyond every cluster, are refused")
  func unknown() {
    var writer = ByteWriter()
    MembershipFormat.write(Self.member(1, .leaving), to: &writer)
    var bytes = writer.bytes
    bytes[bytes.count - 1] = 4
    #expect(throws: DecodingFault.unknown("prospect", value: 4)) {
      var reader = ByteReader(bytes[...])
      _ = try MembershipFormat.readMember(from: &reader)
    }
    #expect(throws: DecodingFault.self) {
      try MembershipFormat.decode([0xff, 0xff, 0xff, 0x7f])
    }
  }
}
