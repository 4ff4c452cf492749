internal import Glibc
internal import NIOCore
internal import PeerProtocol

/// Why a connection ended: the first cause wins.
struct ConnectionEnding: CustomStringConvertible {
  private enum Cause {
    case end
    case error(any Error)
    case fault(PeerFault)
  }
  private var cause = Cause.end

  mutating func failed(_ error: any Error) {
    if case .end = cause { cause = .error(error) }
  }

  mutating func refused(_ fault: PeerFault) {
    if case .end = cause { cause = .fault(fault) }
  }

  /// The peer's kernel ended it: end of stream, or a reset. A timeout is not that.
  var isReset: Bool {
    switch cause {
    case .end: true
    case .error(let error):
      (error as? IOError).map { $0.errnoCode == ECONNRESET || $0.errnoCode == EPIPE } ?? false
    case .fault: false
    }
  }

  var description: String {
    switch cause {
    case .end: "the peer closed the connection"
    case .error(let error): error.inFewWords
    case .fault(let fault): "not understood: \(fault)"
    }
  }
}
