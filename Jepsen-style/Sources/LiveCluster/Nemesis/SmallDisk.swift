internal import Glibc

/// A file system in memory for one node, whose space the nemesis takes away and gives back. Gone
/// with the private world it was mounted in.
package enum SmallDisk {
  private static let megabytes = 1024

  /// Why this machine cannot do it; nil when it can.
  package static var obstacle: String? {
    geteuid() == 0 ? nil : "only root may mount a small file system"
  }

  /// Mounts one on an empty directory.
  static func mount(at path: String) throws(LiveFailure) {
    try Folder.make(path)
    try mount(path, 0, bytes: UInt64(megabytes) << 20)
  }

  /// Leaves no space; returns what statvfs(3) says is free then.
  static func fill(_ path: String) throws(LiveFailure) -> UInt64 {
    let (used, _) = try usage(path)
    try mount(path, UInt(MS_REMOUNT), bytes: used)
    return try usage(path).free
  }

  /// Gives the space back.
  static func relieve(_ path: String) throws(LiveFailure) {
    try mount(path, UInt(MS_REMOUNT), bytes: UInt64(megabytes) << 20)
  }

  private static func usage(_ path: String) throws(LiveFailure) -> (used: UInt64, free: UInt64) {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { throw TextFile.failure("statvfs", path) }
    let block = UInt64(status.f_frsize)
    return (UInt64(status.f_blocks - status.f_bfree) * block, UInt64(status.f_bfree) * block)
  }

  private static func mount(_ path: String, _ flags: UInt, bytes: UInt64) throws(LiveFailure) {
    guard Glibc.mount("qlive", path, "tmpfs", flags, "size=\(bytes)") == 0 else {
      throw TextFile.failure("mount", path)
    }
  }
}
