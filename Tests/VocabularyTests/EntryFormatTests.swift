import BinaryCodec
import Determinism
import EntryFormat
import RaftTypes
import Testing

@Suite("The bytes of entries, memberships and snapshot descriptors")
struct EntryFormatTests {
  static let seeds: [UInt64] = [1, 2, 3]

  private func bytes(_ dice: inout Dice) -> Bytes {
    (0..<dice.below(40)).map { _ in UInt8(dice.below(256)) }[...]
  }

  private func anyMembership(_ dice: inout Dice) -> Membership? {
    var members = SortedMap<NodeID, Member>()
    for id in 1...(1 + dice.below(6)) {
      members[NodeID(id)] = Member(
        id: NodeID(id), incarnation: DiskIncarnation(dice.next()),
        peerAddress: "host\(id):7380", clientAddress: "é\(id):7379")
    }
    let outgoing = dice.chance(1, in: 2) ? Array(members.keys.suffix(1)) : nil
    return Membership(
      checking: members, voters: Array(members.keys.prefix(2)), outgoing: outgoing)
  }

  private func anyEntry(_ dice: inout Dice) throws -> Entry {
    let membership = try #require(anyMembership(&dice))
    let payloads: [Payload] = [
      .command(bytes(&dice)), .termStart(claim: bytes(&dice)), .address(bytes(&dice)),
      .snapshotMark,
      .membership(membership),
      .genesis(ClusterID(dice.next(), epoch: dice.below(3)), membership),
    ]
    return Entry(
      position: LogPosition(term: Term(dice.next()), index: LogIndex(dice.next())),
      logTime: LogTime(milliseconds: dice.next()), payload: payloads[Int(dice.below(5))])
  }

  private func encoded(_ entry: Entry) -> [UInt8] {
    var writer = ByteWriter()
    EntryFormat.write(entry, to: &writer)
    return writer.bytes
  }

  private func decoded(_ bytes: Bytes) throws -> Entry {
    var reader = ByteReader(bytes)
    let entry = try EntryFormat.read(from: &reader)
    try reader.finish()
    return entry
  }

  @Test("every entry comes back from its bytes as it was", arguments: seeds)
  func roundTrip(seed: UInt64) throws {
    var dice = Dice(seed: seed)
    for _ in 0..<300 {
      let entry = try anyEntry(&dice)
      #expect(try decoded(encoded(entry)[...]) == entry)
    }
  }

  @Test("the announced size is exact, whatever the entry does", arguments: seeds)
  func size(seed: UInt64) throws {
    var dice = Dice(seed: seed)
    for _ in 0..<200 {
      let entry = try anyEntry(&dice)
      #expect(EntryFormat.size(of: entry) == encoded(entry).count)
    }
  }

  @Test("an entry that ends early is refused, wherever it ends", arguments: seeds)
  func truncated(seed: UInt64) throws {
    var dice = Dice(seed: seed)
    for _ in 0..<20 {
      let bytes = encoded(try anyEntry(&dice))
      for count in bytes.indices {
        #expect(throws: DecodingFault.self) { try decoded(bytes[..<count]) }
      }
    }
  }

  @Test("damaged bytes never trap, and what they decode to can be encoded", arguments: seeds)
  func damaged(seed: UInt64) throws {
    var dice = Dice(seed: seed)
    for _ in 0..<1500 {
      var bytes = encoded(try anyEntry(&dice))
      for _ in 0...dice.below(3) {
        bytes[Int(dice.below(UInt64(bytes.count)))] = UInt8(dice.below(256))
      }
      if let entry = try? decoded(bytes[...]) {
        #expect(try decoded(encoded(entry)[...]) == entry)
      }
    }
  }

  @Test("an unknown kind is refused by its number")
  func unknownKind() {
    var writer = ByteWriter()
    let entry = Entry(position: .origin, logTime: .zero, payload: .snapshotMark)
    EntryFormat.write(entry, to: &writer)
    var bytes = writer.bytes
    bytes[24] = 99
    #expect(throws: DecodingFault.unknown("entry kind", value: 99)) { try decoded(bytes[...]) }
  }

  @Test("a payload length above 16 MiB is refused before anything is read")
  func hostileLength() {
    let entry = Entry(position: .origin, logTime: .zero, payload: .command([1]))
    var bytes = encoded(entry)
    bytes.replaceSubrange(25..<29, with: [0xff, 0xff, 0xff, 0xff])
    #expect(throws: DecodingFault.tooLong(length: 0xffff_ffff, limit: 16 << 20)) {
      try decoded(bytes[...])
    }
  }

  @Test("snapshot descriptors come back as they were", arguments: seeds)
  func descriptors(seed: UInt64) throws {
    var dice = Dice(seed: seed)
    for _ in 0..<50 {
      let descriptor = SnapshotDescriptor(
        position: LogPosition(term: Term(dice.next()), index: LogIndex(dice.next())),
        logTime: LogTime(milliseconds: dice.next()),
        membership: try #require(anyMembership(&dice)),
        cluster: ClusterID(dice.next(), epoch: 1), stateHash: dice.next())
      var writer = ByteWriter()
      MembershipFormat.write(descriptor, to: &writer)
      var reader = ByteReader(writer.bytes)
      #expect(try MembershipFormat.readSnapshot(from: &reader) == descriptor)
      try reader.finish()
    }
  }
}
