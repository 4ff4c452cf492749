internal import BinaryCodec
internal import Determinism

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

  private(set) var content: [UInt8] = []
  private var unsynced: [Change] = []

  func write(_ bytes: Bytes, at offset: Int) {
    guard !bytes.isEmpty else { return }
    let end = offset + bytes.count
    if end > content.count { resize(to: end) }
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

  func sync() { unsynced.removeAll(keepingCapacity: true) }

  /// Power fails: each unsynced change happens, does not, or happens in some of its sectors, one of
  /// them torn at any byte.
  func losePower(_ dice: inout Dice) {
    for change in undoAll().reversed() {
      switch change {
      case .resize(let size): if dice.chance(1, in: 2) { resize(to: size) }
      case .write(let offset, let bytes):
        switch dice.below(5) {
        case 0: write(bytes[...], at: offset)
        case 1: break
        case _: tear(offset, bytes, &dice)
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

  private func tear(_ offset: Int, _ bytes: [UInt8], _ dice: inout Dice) {
    var start = 0
    while start < bytes.count {
      let boundary = ((offset + start) / Self.sector + 1) * Self.sector - offset
      let end = min(bytes.count, boundary)
      switch dice.below(5) {
      case 0, 1: write(bytes[start..<end], at: offset + start)
      case 2:
        let torn = start + Int(dice.below(UInt64(end - start)))
        write(bytes[start..<torn], at: offset + start)
      case _: break
      }
      start = end
    }
  }

  private static let sector = 4096
}
