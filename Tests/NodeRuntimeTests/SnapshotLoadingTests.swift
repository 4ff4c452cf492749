import ClientProtocol
import Glibc
import KeyValueStore
import RaftTypes
import Replica
import Testing
import WriteAheadLog

@Suite("Snapshot files become state again")
struct SnapshotLoadingTests {
  private func store() -> Store {
    var store = Store()
    for number in UInt64(1)...300 {
      let (key, value) = (Array("key \(number % 97)".utf8), Array("value \(number)".utf8))
      let command = Command(.put(Put(key: key[...], value: value[...]))).encoded()
      _ = store.apply(
        command[...], at: LogIndex(number), time: LogTime(milliseconds: number))
    }
    return store
  }

  private func write(
    _ store: Store, stateHash: UInt64, on disk: ScarceDisk
  ) throws -> SnapshotFile {
    if (try? disk.list("snapshots")) == nil { try disk.createDirectory("snapshots") }
    let descriptor = SnapshotDescriptor(
      position: LogPosition(term: Term(1), index: LogIndex(300)), logTime: .zero,
      membership: ScarceDisk.membership, cluster: ClusterID(1, epoch: 1), stateHash: stateHash)
    var writer = try SnapshotWriter(disk, descriptor)
    for chunk in SnapshotEncoder(store.view()) { try writer.append(chunk[...]) }
    return try writer.finish()
  }

  @Test("what was written is loaded, with the same hash")
  func roundTrip() throws {
    let (disk, store) = (try ScarceDisk(), store())
    let file = try write(store, stateHash: store.stateHash, on: disk)
    let loaded = try SnapshotLoading.load(file.path, on: disk)
    #expect(loaded.stateHash == store.stateHash)
    #expect(loaded.revision == store.revision)
  }

  @Test("a snapshot whose state has another hash than it says is refused")
  func otherHash() throws {
    let (disk, store) = (try ScarceDisk(), store())
    let file = try write(store, stateHash: store.stateHash ^ 1, on: disk)
    #expect(throws: SnapshotLoading.Fault.self) { try SnapshotLoading.load(file.path, on: disk) }
  }

  @Test("no damaged byte changes the state: the file is refused, or its other header is used")
  func damage() throws {
    let (disk, store) = (try ScarceDisk(), store())
    let file = try write(store, stateHash: store.stateHash, on: disk)
    let stored = try disk.open(file.path)
    var refusals = 0
    for offset in stride(from: 0, to: file.size, by: 37) {
      let before = try stored.read(1, at: offset)
      try stored.write([before[0] ^ 0x10][...], at: offset)
      do throws(SnapshotLoading.Fault) {
        let loaded = try SnapshotLoading.load(file.path, on: disk)
        #expect(loaded.stateHash == store.stateHash, "byte \(offset)")
      } catch {
        refusals += 1
      }
      try stored.write(before[...], at: offset)
    }
    // The headers, at both ends, are a small part of a real file; here they are a third.
    #expect(refusals * 37 > file.size / 2)
    _ = try SnapshotLoading.load(file.path, on: disk)
    try stored.truncate(to: file.size / 2)
    #expect(throws: SnapshotLoading.Fault.self) { try SnapshotLoading.load(file.path, on: disk) }
  }
}
