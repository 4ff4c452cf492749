internal import Glibc
internal import NIOCore

extension Error {
  /// Why a connection failed, without the nesting of NIO's errors.
  var inFewWords: String {
    switch self {
    case let error as IOError:
      return strerror(error.errnoCode).map { String(cString: $0) } ?? "errno \(error.errnoCode)"
    case let error as ChannelError:
      if case .connectTimeout = error { return "no answer" }
      return "\(error)"
    default: return "\(self)"
    }
  }
}
