/// Why the file system refused an operation. Paths are relative to the data directory.
public enum FileFault: Error, Equatable, Sendable {
  /// Nothing has this name.
  case notFound(path: String)
  /// Something has this name already.
  case exists(path: String)
  /// The disk or the quota is full. The operation may be repeated when space returns; a write that
  /// failed so may have reached the disk in part.
  case noSpace(path: String)
  /// Anything else: `code` is the system's error number, `operation` the call that gave it. After a
  /// failed write or sync the content of the file is unknown, and no later success makes it known
  /// again.
  case io(path: String, operation: String, code: Int32)
}

extension FileFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notFound(let path): "\(path): no such file"
    case .exists(let path): "\(path): the file exists"
    case .noSpace(let path): "\(path): no space left on the disk"
    case .io(let path, let operation, let code): "\(path): \(operation) failed, error \(code)"
    }
  }
}
