internal import BinaryCodec
internal import Determinism
internal import Faults

/// A file's bytes, and how to take back what no sync has covered.
///
/// The content is what the kernel would show; `unsynced` holds what stood there before, newest
/// last. A crash first undoes everything and then lets some of it have happened after all.
final class Inode {
  private enum Change {
    /// These bytes stood here.
    case overwritten(offset: Int, [UInt8])
    /// The file was so long, and these bytes were cut off behind the new end.
    case resized(from: Int, cut: [UInt8])
  }
  private enum Redo {
    case write(offset: Int, [UInt8])
    case resize(Int)
  }

  static let sector = 4096

  private(set) var content: [UInt8] = []
  /// How often it is open.
  var openings = 0
  private var unsynced: [Change] = []
  /// A sync said that it kept what it did not.
  private(set) var isLiedAbout = false
  /// Sectors that no longer hold what was written to them, and those that cannot be read at all.
  private(set) var decayed: Set<Int> = []
  private var unreadable: Set<Int> = []
  /// What stood in a sector before it was last written, where somebody may want to know.
  private var former: [Int: [UInt8]] = [:]
  private let remembers: Bool

  init(remembers: Bool) { self.remembers = remembers }

  func write(_ bytes: Bytes, at offset: Int) {
    guard !bytes.isEmpty else { return }
    let end = offset + bytes.count
    if end > content.count { resize(to: end) }
    if remembers { remember(offset..<end) }
    unsynced.append(.overwritten(offset: offset, Array(content[offset..<end])))
    content.replaceSubrange(offset..<end, with: bytes)
  }

  func resize(to size: Int) {
    let old = content.count
    guard size != old else { return }
    if size < old {
      unsynced.append(.resized(from: old, cut: Array(content[size...])))
      content.removeLast(old - size)
    } else {
      unsynced.append(.resized(from: old, cut: []))
      content.append(contentsOf: repeatElement(0, count: size - old))
    }
  }

  func sync() {
    unsynced.removeAll(keepingCapacity: true)
    isLiedAbout = false
  }

  func pretendSync() { isLiedAbout = isLiedAbout || !unsynced.isEmpty }

  // MARK: Losing power

  /// Power fails: each unsynced change happens, does not, or happens in some of its sectors.
  func losePower(_ tear: Tear, _ dice: inout Dice, _ counts: inout FaultCounts) {
    for change in undoAll().reversed() {
      switch change {
      case .resize(let size): if dice.chance(1, in: 2) { resize(to: size) }
      case .write(let offset, let bytes):
        guard dice.chance(tear.percent, in: 100) else {
          write(bytes[...], at: offset)
          continue
        }
        if dice.chance(1, in: 4) {
          counts.add(.lostWrite)
        } else {
          self.tear(offset, bytes, tear, &dice)
          counts.add(.tornWrite)
        }
      }
    }
    sync()
  }

  private func undoAll() -> [Redo] {
    var redo: [Redo] = []
    while let change = unsynced.popLast() {
      switch change {
      case .overwritten(let offset, let old):
        redo.append(.write(offset: offset, Array(content[offset..<offset + old.count])))
        content.replaceSubrange(offset..<offset + old.count, with: old)
      case .resized(let old, let cut):
        redo.append(.resize(content.count))
        if old < content.count {
          content.removeLast(content.count - old)
        } else {
          content.append(contentsOf: cut)
        }
      }
    }
    return redo
  }

  private func tear(_ offset: Int, _ bytes: [UInt8], _ tear: Tear, _ dice: inout Dice) {
    var start = 0
    while start < bytes.count {
      let boundary = ((offset + start) / Self.sector + 1) * Self.sector - offset
      let end = min(bytes.count, boundary)
      switch dice.below(5) {
      case 0, 1: write(bytes[start..<end], at: offset + start)
      case 2 where tear.isFine:
        let torn = start + Int(dice.below(UInt64(end - start)))
        write(bytes[start..<torn], at: offset + start)
      case _: break
      }
      start = end
    }
  }

  // MARK: Decay

  /// Whether all of these bytes can be read.
  func canRead(_ range: Range<Int>) -> Bool {
    unreadable.isEmpty || !sectors(range).contains { unreadable.contains($0) }
  }

  /// Changes what a sector holds, or says: false when nothing would be different.
  func decay(_ place: Int, _ decay: Decay, from other: Int, _ dice: inout Dice) -> Bool {
    let range = place * Self.sector..<min((place + 1) * Self.sector, content.count)
    guard !range.isEmpty else { return false }
    let before = Array(content[range])
    var after = before
    switch decay {
    case .unreadable: unreadable.insert(place)
    case .rot:
      for _ in 0...dice.below(8) {
        after[Int(dice.below(UInt64(after.count)))] ^= 1 << UInt8(dice.below(8))
      }
    case .misdirected:
      let source = content.dropFirst(other * Self.sector).prefix(after.count)
      after.replaceSubrange(..<source.count, with: source)
    case .stale:
      guard let old = former[place] else { return false }
      after = Array(old.prefix(after.count))
    }
    guard decay == .unreadable || after != before else { return false }
    if after.count == before.count { content.replaceSubrange(range, with: after) }
    decayed.insert(place)
    return true
  }

  private func sectors(_ range: Range<Int>) -> Range<Int> {
    range.lowerBound / Self.sector..<(range.upperBound + Self.sector - 1) / Self.sector
  }

  private func remember(_ range: Range<Int>) {
    for place in sectors(range) {
      let bounds = place * Self.sector..<min((place + 1) * Self.sector, content.count)
      former[place] = Array(content[bounds])
      unreadable.remove(place)
      // Headers, ballots and identities begin with their sectors; whoever writes the first byte
      // writes all of them.
      if range.contains(bounds.lowerBound) { decayed.remove(place) }
    }
  }
}

/// How badly a loss of power treats what was not synced.
struct Tear {
  /// How many of a hundred writes are lost or torn.
  var percent: UInt64 = 80
  /// Whether a sector may be torn too.
  var isFine = true
}
