import Testing

@testable import KeyValueStore

@Suite("A record")
struct RecordTests {
  private func record(
    _ key: [UInt8], _ value: [UInt8], create: UInt64, mod: UInt64, version: UInt64, lease: UInt64
  ) -> Record {
    key.withUnsafeBytes { key in
      value.withUnsafeBytes { value in
        Record.make(
          key: key, value: value, createRevision: create, modRevision: mod, version: version,
          lease: lease)
      }
    }
  }

  // Creation and version stand before the key only where they cannot be told otherwise. A
  // snapshot may say what no store has: it is refused for that, so it has to be told faithfully.
  @Test(
    "tells what it was made of, whatever stands before its key",
    arguments: [
      (7, 7, 1), (7, 9, 2), (7, 9, 1), (7, 9, 0), (0, 9, 1), (9, 7, 1), (1, .max, .max), (0, 7, 0),
      (1, 1 << 32, 1 << 32 - 1), (1, 1 << 32 + 1, 2), (7, 9, 1 << 32),
    ] as [(UInt64, UInt64, UInt64)], [0, 1, .max] as [UInt64])
  func tells(of revisions: (create: UInt64, mod: UInt64, version: UInt64), lease: UInt64) {
    let pairs: [([UInt8], [UInt8])] = [([], []), ([1], [2, 3]), ([], [4]), ([5, 6, 7], [])]
    for (key, value) in pairs {
      let record = record(
        key, value, create: revisions.create, mod: revisions.mod, version: revisions.version,
        lease: lease)
      #expect(record.createRevision == revisions.create)
      #expect(record.info.modRevision == revisions.mod)
      #expect(record.version == revisions.version)
      #expect(record.lease == lease)
      #expect(record.info.hasLease == (lease != 0))
      #expect(record.key.elementsEqual(key))
      #expect(record.value.elementsEqual(value))
      #expect(record.byteCount == key.count + value.count)
      #expect(record.isTombstone == (revisions.create == 0 && revisions.version == 0))
      #expect(record.superseded == nil)
    }
  }

  @Test("the first version of a key has no place for its past, a later one a short one")
  func past() {
    func past(_ create: UInt64, _ mod: UInt64, _ version: UInt64) -> RecordInfo.Past {
      record([1], [2], create: create, mod: mod, version: version, lease: 0).info.past
    }
    #expect(past(7, 7, 1) == .none)
    #expect(past(0, 8, 0) == .none)
    #expect(past(7, 8, 2) == .short)
    #expect(past(1, 1 << 32, 1 << 32 - 1) == .short)
    #expect(past(1, 1 << 32 + 1, 2) == .long)
    #expect(past(7, 9, 1 << 32) == .long)
    // The age wraps when a snapshot lies.
    #expect(past(9, 7, 1) == .long)
  }
}
