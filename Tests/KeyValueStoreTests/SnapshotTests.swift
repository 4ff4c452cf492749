import BinaryCodec
import ClientProtocol
import Determinism
import RaftTypes
import Testing

@testable import KeyValueStore

@Suite("Snapshots of the store")
struct SnapshotTests {
  private func sample(_ commands: Int = 300) -> Store {
    var random = RandomCommands(seed: 21, keys: 40)
    var store = Store()
    let session = store.apply(.session(.open(timeToLive: 60_000)))
    guard case .session(let id) = session.outcome else { return store }
    for sequence in 0..<commands {
      let stamp = SessionStamp(session: id, sequence: UInt64(sequence + 1))
      store.apply(
        random.operation(near: store.revision.number),
        stamp: sequence % 5 == 0 ? stamp : nil)
    }
    return store
  }

  private func decode(_ bytes: [UInt8], cut: Int = 1 << 18, hash: UInt64) throws -> Store {
    var decoder = SnapshotDecoder()
    var rest = bytes[...]
    while !rest.isEmpty {
      try decoder.consume(rest.prefix(cut))
      rest = rest.dropFirst(cut)
    }
    return try decoder.finish(stateHash: hash)
  }

  @Test("it does not matter how the bytes are cut", arguments: [1, 2, 7, 100, 4096])
  func anyCut(size: Int) throws {
    let store = sample()
    let restored = try decode(store.snapshot, cut: size, hash: store.stateHash)
    #expect(restored.snapshot == store.snapshot)
    #expect(restored.checkInvariants())
  }

  @Test("pitfall 38: an empty store, with nothing applied, has a snapshot too")
  func emptyStore() throws {
    var restored = try Store().restored()
    #expect(restored.stateHash == Store().stateHash)
    #expect(restored.put("k", "v").revision == Revision(2))
  }

  @Test("chunks have 256 KiB, the last one less, and a record may be longer than a chunk")
  func chunkSizes() throws {
    var store = Store()
    let value = [UInt8](repeating: 1, count: 700_000)
    for i in 0..<3 { store.apply(.put(Put(key: bytes("k\(i)"), value: value[...]))) }
    let sizes = Array(SnapshotEncoder(store.view())).map { $0.count }
    #expect(sizes.dropLast().allSatisfy { $0 == 256 << 10 })
    #expect(sizes.count == 9)
    #expect(try store.restored().snapshot == store.snapshot)
  }

  @Test("equal states give equal bytes, whatever order of commands led there")
  func equalBytes() {
    var (one, other) = (Store(), Store())
    let puts = (0..<300).map { Put(key: bytes("key\($0)"), value: bytes("v")) }
    func transaction(_ puts: some Sequence<Put>) -> Command.Operation {
      .transaction(Transaction(compare: [], success: puts.map { .put($0) }, failure: []))
    }
    one.apply(transaction(puts))
    other.apply(transaction(puts.reversed()))
    let deletes = puts.map { Transaction.Step.delete(Delete(range: .key($0.key))) }
    one.apply(.transaction(Transaction(compare: [], success: deletes, failure: [])))
    other.apply(.delete(Delete(range: .all)))
    #expect(one.snapshot == other.snapshot)
    for store in [one.stateHash, other.stateHash] { #expect(store == one.stateHash) }
    one.apply(.compact(Revision(3)))
    other.apply(.compact(Revision(3)))
    for _ in 0..<12 {
      one.idle(1)
      other.idle(1)
      #expect(one.snapshot == other.snapshot)
    }
  }

  @Test("a snapshot that ends early is refused, wherever it ends")
  func truncated() {
    let store = sample(40)
    let bytes = store.snapshot
    for count in bytes.indices {
      #expect(throws: SnapshotFault.truncated) {
        try decode(Array(bytes[..<count]), hash: store.stateHash)
      }
    }
  }

  @Test("no flipped bit is accepted, and none traps")
  func flippedBits() {
    let store = sample(60)
    let bytes = store.snapshot
    for i in bytes.indices {
      var damaged = bytes
      damaged[i] ^= 1 << (i % 8)
      #expect(throws: SnapshotFault.self) { try decode(damaged, hash: store.stateHash) }
    }
  }

  @Test("numbers that no store can have are refused before they are used")
  func hostileNumbers() {
    let store = sample(60)
    let bytes = store.snapshot
    for i in stride(from: 5, to: bytes.count - 8, by: 3) {
      var damaged = bytes
      for k in 0..<8 { damaged[i + k] = 0xff }
      guard damaged != bytes else { continue }
      #expect(throws: SnapshotFault.self) { try decode(damaged, hash: store.stateHash) }
    }
  }

  @Test("bytes behind the end, another version and another hash are told apart")
  func faults() {
    let store = sample(10)
    let bytes = store.snapshot
    #expect(throws: SnapshotFault.trailing) { try decode(bytes + [0], hash: store.stateHash) }
    var newer = bytes
    newer[4] = 3
    #expect(throws: SnapshotFault.unknownVersion(3)) { try decode(newer, hash: store.stateHash) }
    let fault = SnapshotFault.hashMismatch(expected: 1, actual: store.stateHash)
    #expect(throws: fault) { try decode(bytes, hash: 1) }
  }

  @Test("who claimed the virtual IP, held it and gave it up goes along, and counts in the hash")
  func claims() throws {
    var store = sample(3)
    let plain = store.stateHash
    let claim = AddressClaim(node: NodeID(2), tier: .gate, linger: .milliseconds(294))
    let payloads: [Payload] = [
      .termStart(claim: claim.encoded()[...]), .address(AddressDeed.held.encoded()[...]),
      .address(AddressDeed.released.encoded()[...]), .termStart(claim: []), .address([9]),
    ]
    for payload in payloads {
      let position = LogPosition(term: Term(4), index: store.appliedIndex.next)
      let time = LogTime(milliseconds: store.appliedTime.milliseconds + 5)
      let entry = Entry(position: position, logTime: time, payload: payload)
      #expect(store.apply(entry) == nil)
    }
    let held = try #require(store.addresses.entries.first)
    #expect(store.addresses.entries.count == 1 && held.claim == claim && held.term == Term(4))
    #expect(held.heldAt != nil && held.releasedAt != nil && held.heldAt != held.releasedAt)
    #expect(store.stateHash != plain)
    let copy = try decode(store.snapshot, hash: store.stateHash)
    #expect(copy.addresses == store.addresses)
  }

  @Test("random bytes never trap")
  func randomBytes() {
    var dice = Dice(seed: 8)
    let head = Array(Store().snapshot.prefix(41))
    for _ in 0..<2000 {
      let noise = (0..<dice.below(120)).map { _ in
        dice.chance(1, in: 2) ? UInt8(dice.below(4)) : UInt8(dice.below(256))
      }
      _ = try? decode(head + noise, hash: 0)
    }
  }

  @Test("writing a snapshot goes on while the store is written")
  func whileWriting() {
    var store = sample(400)
    let expected = store.snapshot
    var encoder = SnapshotEncoder(store.view())
    var bytes: [UInt8] = []
    var random = RandomCommands(seed: 3, keys: 40)
    while let chunk = encoder.next() {
      bytes += chunk
      for _ in 0..<50 { store.apply(random.operation(near: store.revision.number)) }
    }
    #expect(bytes == expected)
  }
}
