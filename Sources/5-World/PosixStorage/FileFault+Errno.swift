internal import SystemPackage
internal import WriteAheadLog

extension FileFault {
  /// The fault that an error number of `operation` on `path` means to the log.
  init(_ code: Errno, _ operation: String, _ path: String) {
    switch code {
    case .noSuchFileOrDirectory: self = .notFound(path: path)
    case .fileExists: self = .exists(path: path)
    case .noSpace, .diskQuotaExceeded: self = .noSpace(path: path)
    default: self = .io(path: path, operation: operation, code: code.rawValue)
    }
  }
}

/// Runs system calls that throw `Errno`.
func posix<Result>(
  _ operation: String, _ path: String, _ body: () throws -> Result
) throws(FileFault) -> Result {
  do {
    return try body()
  } catch {
    throw FileFault(error as? Errno ?? .ioError, operation, path)
  }
}
