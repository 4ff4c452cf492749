import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("What of the log leaves the page cache")
struct LettingGoTests {
  @Test("all but the newest of every segment, bit by bit, when it is synced and not before")
  func all() throws {
    let options = LogOptions(
      segmentSize: 5 * Limits.cachedLeast, reserveSize: 4096, spareLimit: 2)
    let disk = try Sample.formatted()
    let log = try Sample.open(disk, options).log
    for index in UInt64(2)...600 {
      try log.append([Sample.entry(1, index, size: 20_000)])
      try log.sync()
    }
    #expect(disk.letGo.allSatisfy { $0.isSynced })
    var segments = 0
    var last = options.segmentSize
    for (end, _) in disk.letGo {
      if end < last {
        // Another segment: of the one before everything went that had to.
        #expect(last >= 3 * Limits.cachedLeast)
        segments += 1
      } else {
        #expect(end - last >= Limits.cachedLeast)
      }
      #expect(end + Limits.cachedLeast <= options.segmentSize)
      last = end
    }
    #expect(segments > 2)
  }

  @Test("nothing of a log that is smaller than what stays")
  func small() throws {
    let (disk, log) = try Sample.log()
    for index in UInt64(2)...40 {
      try log.append([Sample.entry(1, index)])
      try log.sync()
    }
    #expect(disk.letGo.isEmpty)
  }
}
