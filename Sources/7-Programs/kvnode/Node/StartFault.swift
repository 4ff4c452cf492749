import Glibc
import NIOCore
import RaftTypes

/// Why a node cannot start, or cannot go on, and what to do.
enum StartFault: Error, CustomStringConvertible {
  case otherNode(String, holds: NodeID, wanted: NodeID)
  case addressTaken(String, Endpoint, reason: String)
  case badAddress(String, Endpoint)
  case unusable(String, reason: String)
  case failed(String)

  var description: String {
    switch self {
    case .otherNode(let directory, let holds, let wanted):
      "\(directory) belongs to node \(holds.number), but node.id is \(wanted.number): "
        + "one of the two is wrong; nothing was changed"
    case .addressTaken(let key, let endpoint, let reason):
      "cannot listen on \(endpoint) (\(key)): \(reason)"
    case .badAddress(let key, let endpoint): "\(key): \(endpoint) is no IP address"
    case .unusable(let what, let reason): "\(what) cannot be used: \(reason)"
    case .failed(let reason): "\(reason); the node has stopped and acknowledged nothing more"
    }
  }

  /// Runs `body`; what it throws is said to be about `what`.
  static func naming<Result>(_ what: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      throw StartFault.unusable(what, reason: "\(error)")
    }
  }

  /// The words for a failed bind.
  static func bind(_ key: String, _ endpoint: Endpoint, _ error: any Error) -> StartFault {
    guard let error = error as? IOError else {
      return .addressTaken(key, endpoint, reason: "\(error)")
    }
    switch error.errnoCode {
    case EADDRINUSE:
      return .addressTaken(
        key, endpoint, reason: "the address is in use; is another kvnode running there?")
    case EADDRNOTAVAIL:
      return .addressTaken(
        key, endpoint, reason: "this machine has no such address; see ip address show")
    case let code: return .addressTaken(key, endpoint, reason: String(cString: strerror(code)))
    }
  }
}
