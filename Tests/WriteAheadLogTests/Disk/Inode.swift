import Determinism

/// A file's bytes, and what of them a crash may take back.
final class Inode {
  enum Change {
    case write(offset: Int, bytes: [UInt8])
    case resize(Int)
  }

  private(set) var content: [UInt8] = []
  /// How often it is open.
  var openings = 0
  private var durable: [UInt8] = []
  private var unsynced: [Change] = []

  init(_ content: [UInt8] = []) {
    self.content = content
    durable = content
  }

  var isSynced: Bool { unsynced.isEmpty }

  func apply(_ change: Change) {
    Self.apply(change, to: &content)
    unsynced.append(change)
  }

  func sync() {
    for change in unsynced { Self.apply(change, to: &durable) }
    unsynced = []
  }

  /// The kernel's way with a failed sync: the pages count as clean, and no later sync writes them.
  func failSync() { unsynced = [] }

  /// What is found after the power failed, when `survival` says what of the unsynced is there.
  func afterCrash(_ survival: Survival, _ dice: inout Dice) -> Inode {
    if case .drawn = survival { return afterCrash(&dice) }
    var kept = durable
    for (place, change) in unsynced.enumerated() {
      let isKept = survival.keepsContent(place, of: unsynced.count)
      switch change {
      case .resize: if isKept { Self.apply(change, to: &kept) }
      case .write(let offset, let bytes):
        if isKept { Self.write(bytes, at: offset, as: survival, to: &kept) }
      }
    }
    return Inode(kept)
  }

  private static func write(
    _ bytes: [UInt8], at offset: Int, as survival: Survival, to kept: inout [UInt8]
  ) {
    var start = 0
    while start < bytes.count {
      let sector = (offset + start) / 4096
      let end = min(bytes.count, sector * 4096 + 4096 - offset)
      let there = survival.bytes(of: end - start, inSector: sector - offset / 4096)
      apply(
        .write(offset: offset + start, bytes: Array(bytes[start..<start + there])), to: &kept)
      start = end
    }
  }

  func afterCrash(_ dice: inout Dice) -> Inode {
    var kept = durable
    // Whole runs survive or vanish often; the single sectors of the rest go their own ways.
    for change in unsynced {
      switch change {
      case .resize:
        if dice.chance(1, in: 2) { Self.apply(change, to: &kept) }
      case .write(let offset, let bytes):
        switch dice.below(4) {
        case 0: Self.apply(change, to: &kept)
        case 1: break
        default: Self.tear(offset, bytes, &kept, &dice)
        }
      }
    }
    return Inode(kept)
  }

  private static func tear(
    _ offset: Int, _ bytes: [UInt8], _ kept: inout [UInt8], _ dice: inout Dice
  ) {
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, (offset + start) / 4096 * 4096 + 4096 - offset)
      switch dice.below(5) {
      case 0, 1: apply(.write(offset: offset + start, bytes: Array(bytes[start..<end])), to: &kept)
      case 2:
        let torn = start + Int(dice.below(UInt64(end - start)))
        apply(.write(offset: offset + start, bytes: Array(bytes[start..<torn])), to: &kept)
      default: break
      }
      start = end
    }
  }

  private static func apply(_ change: Change, to content: inout [UInt8]) {
    switch change {
    case .write(let offset, let bytes):
      guard !bytes.isEmpty else { return }
      let end = offset + bytes.count
      if content.count < end {
        content.append(contentsOf: repeatElement(0, count: end - content.count))
      }
      content.replaceSubrange(offset..<end, with: bytes)
    case .resize(let size):
      if size < content.count {
        content.removeLast(content.count - size)
      } else {
        content.append(contentsOf: repeatElement(0, count: size - content.count))
      }
    }
  }
}
