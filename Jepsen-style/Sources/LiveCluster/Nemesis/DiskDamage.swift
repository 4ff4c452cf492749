internal import Determinism
internal import Faults
internal import Glibc

/// Damage to files at rest, in the parts of them that hold something.
enum DiskDamage {
  /// Log segments and finished snapshots below a data directory, with content.
  static func files(_ data: String) -> [String] {
    let logs = Folder.names(in: data + "/wal").filter { $0.hasSuffix(".log") }
    let snapshots = Folder.names(in: data + "/snapshots").filter { $0.hasPrefix("snapshot-") }
    return logs.map { "\(data)/wal/\($0)" } + snapshots.map { "\(data)/snapshots/\($0)" }
  }

  /// Flips so many single bits of a file behind `start`, each in another sector; returns where.
  static func flip(
    _ file: String, bits: Int, from start: Int = 0, _ dice: inout Dice
  ) throws(LiveFailure) -> [Int] {
    let used = try usedBytes(file)
    guard used > start else { return [] }
    let descriptor = open(file, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw TextFile.failure("open", file) }
    defer { close(descriptor) }
    var places: [Int] = []
    for _ in 0..<bits {
      let place = start + Int(dice.below(UInt64(used - start)))
      guard !places.contains(where: { $0 / 4096 == place / 4096 }) else { continue }
      var byte: UInt8 = 0
      guard pread(descriptor, &byte, 1, off_t(place)) == 1 else { continue }
      byte ^= 1 << UInt8(dice.below(8))
      guard pwrite(descriptor, &byte, 1, off_t(place)) == 1 else {
        throw TextFile.failure("write", file)
      }
      places.append(place)
    }
    fsync(descriptor)
    return places
  }

  /// Cuts a file off somewhere within what it holds; returns where, nil when it holds nothing.
  static func truncate(_ file: String, _ dice: inout Dice) throws(LiveFailure) -> Int? {
    let used = try usedBytes(file)
    guard used > 0 else { return nil }
    let length = Int(dice.below(UInt64(used)))
    guard Glibc.truncate(file, off_t(length)) == 0 else {
      throw TextFile.failure("truncate", file)
    }
    return length
  }

  /// Up to the last byte that is not zero: segments are zeroed when they are made.
  static func usedBytes(_ file: String) throws(LiveFailure) -> Int {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw TextFile.failure("open", file) }
    defer { close(descriptor) }
    var end = Int(lseek(descriptor, 0, SEEK_END))
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while end > 0 {
      let begin = max(0, end - buffer.count)
      let count = pread(descriptor, &buffer, end - begin, off_t(begin))
      guard count == end - begin else { throw TextFile.failure("read", file) }
      if let last = buffer[..<count].lastIndex(where: { $0 != 0 }) { return begin + last + 1 }
      end = begin
    }
    return 0
  }
}
