import Glibc

extension NetworkFault {
  /// The fault that an error number means.
  static func system(_ operation: String, _ code: Int32) -> NetworkFault {
    switch code {
    case EPERM, EACCES: .notPermitted(operation: operation)
    case EOPNOTSUPP, EAFNOSUPPORT, EPROTONOSUPPORT: .unsupported(operation)
    default: .refused(operation: operation, code: code)
    }
  }
}
