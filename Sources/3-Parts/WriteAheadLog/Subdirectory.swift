/// A directory inside another one's file system, as a file system of its own: a data directory can
/// be prepared beside the one it will replace.
public struct Subdirectory<Parent: FileSystem>: FileSystem {
  private let parent: Parent
  private let name: String

  /// Makes the directory unless it is there, durably.
  public init(_ parent: Parent, _ name: String) throws(FileFault) {
    self.parent = parent
    self.name = name
    try parent.createDirectory(name)
    try parent.syncDirectory("")
  }

  /// A new file in the directory.
  public func create(_ path: String) throws(FileFault) -> Parent.File {
    try parent.create(full(path))
  }

  /// A file of the directory.
  public func open(_ path: String) throws(FileFault) -> Parent.File {
    try parent.open(full(path))
  }

  /// Makes a directory in it.
  public func createDirectory(_ path: String) throws(FileFault) {
    try parent.createDirectory(full(path))
  }

  /// The names in it, or in a directory of it.
  public func list(_ path: String) throws(FileFault) -> [String] { try parent.list(full(path)) }

  /// Both names lie in it.
  public func rename(_ path: String, to target: String) throws(FileFault) {
    try parent.rename(full(path), to: full(target))
  }

  /// Removes a file of it.
  public func remove(_ path: String) throws(FileFault) { try parent.remove(full(path)) }

  /// The blocks of a file of it.
  public func giveBackBlocks(of path: String) throws(FileFault) {
    try parent.giveBackBlocks(of: full(path))
  }

  /// `""` is the directory itself.
  public func syncDirectory(_ path: String) throws(FileFault) {
    try parent.syncDirectory(full(path))
  }

  /// What the parent has.
  public func freeSpace() throws(FileFault) -> Int { try parent.freeSpace() }

  private func full(_ path: String) -> String { path.isEmpty ? name : name + "/" + path }
}

extension Subdirectory: Sendable where Parent: Sendable {}
