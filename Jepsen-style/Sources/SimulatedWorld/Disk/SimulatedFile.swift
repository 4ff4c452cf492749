internal import BinaryCodec
internal import Faults
internal import WriteAheadLog

/// An open file of a `SimulatedDisk`.
final class SimulatedFile: StoredFile {
  private let disk: SimulatedDisk
  private let inode: Inode
  private let path: String

  init(_ disk: SimulatedDisk, _ inode: Inode, _ path: String) {
    self.disk = disk
    self.inode = inode
    self.path = path
    inode.openings += 1
  }

  deinit { inode.openings -= 1 }

  func size() throws(FileFault) -> Int {
    try disk.refuseIfDown()
    return inode.content.count
  }

  func read(_ count: Int, at offset: Int) throws(FileFault) -> [UInt8] {
    try disk.refuseIfDown()
    guard offset < inode.content.count else { return [] }
    let range = offset..<min(inode.content.count, offset + count)
    guard inode.canRead(range) else {
      throw .io(path: path, operation: "pread", code: 5)
    }
    return Array(inode.content[range])
  }

  func write(_ bytes: Bytes, at offset: Int) throws(FileFault) {
    let dies = try disk.step()
    if disk.failsNextWrite {
      disk.failsNextWrite = false
      disk.counts.add(.writeError)
      throw .io(path: path, operation: "pwrite", code: 5)
    }
    let room = room(for: offset + bytes.count)
    inode.write(bytes.prefix(max(0, room - offset)), at: offset)
    try finish(dies, isWhole: room == offset + bytes.count)
  }

  func allocate(_ size: Int, rest: (Int) -> Void) throws(FileFault) {
    let dies = try disk.step()
    let room = room(for: size)
    inode.resize(to: 0)
    inode.resize(to: room)
    try finish(dies, isWhole: room == size)
  }

  func truncate(to size: Int) throws(FileFault) {
    let dies = try disk.step()
    inode.resize(to: size)
    try disk.finish(dies)
  }

  func sync() throws(FileFault) {
    try disk.finish(try disk.step())
    if disk.failsNextSync {
      disk.failsNextSync = false
      disk.counts.add(.syncError)
      throw .io(path: path, operation: "fdatasync", code: 5)
    }
    if disk.liesInSecret { return }
    if disk.lies {
      inode.pretendSync()
      disk.counts.add(.lyingSync)
    } else {
      inode.sync()
    }
  }

  // How long the file can become at most, up to `size`.
  private func room(for size: Int) -> Int {
    let growth = size - inode.content.count
    guard growth > 0, disk.capacity < .max else { return size }
    return size - max(0, growth - max(0, disk.capacity - disk.used))
  }

  private func finish(_ dies: Bool, isWhole: Bool) throws(FileFault) {
    try disk.finish(dies)
    if !isWhole { throw .noSpace(path: path) }
  }
}
