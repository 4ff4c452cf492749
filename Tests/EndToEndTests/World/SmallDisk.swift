import Glibc

/// A file system in memory that is full soon; unmounted with its owner.
final class SmallDisk: Sendable {
  struct Failed: Error {
    let call: String
    let code: Int32
  }

  private let path: String

  static var isPossible: Bool { geteuid() == 0 }

  /// Takes the place of the directory `path`, with all that is in it.
  init(at path: String, megabytes: Int) throws {
    self.path = path
    let before = path + ".before"
    guard rename(path, before) == 0, mkdir(path, 0o700) == 0 else {
      throw Failed(call: "rename \(path)", code: errno)
    }
    try mount(0, megabytes)
    try Self.copy(before, to: path)
    Folder.remove(before)
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }

  func grow() throws { try mount(UInt(MS_REMOUNT), 1024) }

  private func mount(_ flags: UInt, _ megabytes: Int) throws {
    guard Glibc.mount("quoin-test", path, "tmpfs", flags, "size=\(megabytes)m") == 0 else {
      throw Failed(call: "mount \(path)", code: errno)
    }
  }

  private static func copy(_ source: String, to target: String) throws {
    for name in Folder.names(in: source) {
      let (from, to) = ("\(source)/\(name)", "\(target)/\(name)")
      let inside = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      if inside >= 0 {
        close(inside)
        mkdir(to, 0o700)
        try copy(from, to: to)
      } else {
        try Folder.write(Folder.read(from), to: to)
      }
    }
  }
}
