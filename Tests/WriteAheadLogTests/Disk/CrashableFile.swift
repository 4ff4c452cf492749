import BinaryCodec
import WriteAheadLog

/// An open file of a `CrashableDisk`.
final class CrashableFile: StoredFile {
  private let disk: CrashableDisk
  private let inode: Inode
  private let path: String

  init(_ disk: CrashableDisk, _ inode: Inode, _ path: String) {
    self.disk = disk
    self.inode = inode
    self.path = path
    inode.openings += 1
  }

  deinit { inode.openings -= 1 }

  func size() throws(FileFault) -> Int {
    try disk.refuseIfDown("size \(path)")
    return inode.content.count
  }

  func read(_ count: Int, at offset: Int) throws(FileFault) -> [UInt8] {
    try disk.refuseIfDown("read \(path)")
    let lost = disk.unreadable[path] ?? []
    for sector in lost where sector * 4096 < offset + count && (sector + 1) * 4096 > offset {
      throw .io(path: path, operation: "read", code: 5)
    }
    guard offset < inode.content.count else { return [] }
    disk.bytesRead += min(count, inode.content.count - offset)
    return Array(inode.content[offset..<min(inode.content.count, offset + count)])
  }

  func write(_ bytes: Bytes, at offset: Int) throws(FileFault) {
    let crashes = try disk.step("write \(path) \(offset) \(bytes.count)")
    if disk.unwritable.contains(path) { throw .io(path: path, operation: "write", code: 5) }
    // Of a sector that is written in part the rest has to be read; one written whole is renewed.
    for sector in disk.unreadable[path] ?? [] {
      let (start, end) = (sector * 4096, (sector + 1) * 4096)
      guard start < offset + bytes.count, end > offset else { continue }
      guard offset <= start, end <= offset + bytes.count else {
        throw .io(path: path, operation: "write", code: 5)
      }
      disk.unreadable[path]?.remove(sector)
    }
    let growth = offset + bytes.count - inode.content.count
    if growth > 0, disk.used + growth > disk.capacity {
      let room = max(0, bytes.count - growth + disk.capacity - disk.used)
      inode.apply(.write(offset: offset, bytes: Array(bytes.prefix(room))))
      throw .noSpace(path: path)
    }
    inode.apply(.write(offset: offset, bytes: Array(bytes)))
    try disk.finish(crashes)
  }

  func allocate(_ size: Int, rest: (Int) -> Void) throws(FileFault) {
    let crashes = try disk.step("allocate \(path) \(size)")
    let growth = size - inode.content.count
    if growth > 0, disk.used + growth > disk.capacity {
      inode.apply(.resize(inode.content.count + max(0, disk.capacity - disk.used)))
      throw .noSpace(path: path)
    }
    inode.apply(.resize(0))
    inode.apply(.resize(size))
    try disk.finish(crashes)
  }

  func truncate(to size: Int) throws(FileFault) {
    let crashes = try disk.step("truncate \(path) \(size)")
    // What is behind the end gets other sectors when it is written again.
    disk.unreadable[path] = disk.unreadable[path]?.filter { $0 * 4096 < size }
    inode.apply(.resize(size))
    try disk.finish(crashes)
  }

  func sync() throws(FileFault) {
    do {
      try disk.finish(try disk.step("sync \(path)"))
    } catch {
      if !disk.isDown { inode.failSync() }
      throw error
    }
    inode.sync()
  }
}
