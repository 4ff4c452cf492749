internal import ArgumentParser
internal import ClientProtocol
internal import Glibc
internal import KeyValueClient

/// How kvctl ends: the exit status, and one line on standard error that says what to do.
enum Departure {
  enum Status: Int32 {
    case done = 0
    case failed = 1
    case usage = 2
    /// Not found, or a comparison failed.
    case negative = 3
    case unavailable = 4
  }

  static func leave(_ error: any Error) -> Never {
    switch error {
    case let failure as CommandFailure:
      Terminal.complain(failure.message)
      exit(failure.status.rawValue)
    case let error as ClientError:
      Terminal.complain("\(error.code.rawValue): \(error.message)")
      exit(status(of: error).rawValue)
    case let failure as ExchangeFailure:
      Terminal.complain("\(words(failure)); check that the cluster runs (kvctl status)")
      exit(Status.unavailable.rawValue)
    case let fault as OutputFault:
      // Closed by whoever read it: no failure, there is just nobody to write to.
      guard fault.code != EPIPE else { exit(Status.done.rawValue) }
      Terminal.complain(
        "cannot write the output, what stands there is not all of it: "
          + String(cString: strerror(fault.code)))
      exit(Status.failed.rawValue)
    default:
      leave(parserError: error)
    }
  }

  /// Help and completion scripts are errors to the parser, but successes to us; everything else
  /// that it throws is wrong usage.
  private static func leave(parserError error: any Error) -> Never {
    if Kvctl.exitCode(for: error) == .success {
      Terminal.write(Kvctl.fullMessage(for: error) + "\n", to: .output)
      exit(Status.done.rawValue)
    }
    Terminal.complain(Kvctl.message(for: error) + "; kvctl help says more")
    exit(Status.usage.rawValue)
  }

  private static func words(_ failure: ExchangeFailure) -> String {
    switch failure {
    case .notSent(let why), .lost(let why): why
    case .timedOut: "no reply in time"
    case .replyTooLarge: "a reply that is too long"
    }
  }

  static func status(of error: ClientError) -> Status {
    switch error.code {
    case .notFound, .compareFailed, .leaseNotFound: .negative
    case .notLeader, .noQuorum, .timeout, .overloaded, .starting, .stopping, .transferring,
      .connectionLost, .diskFull:
      .unavailable
    case .transferFailed, .changeUnderWay, .tooLarge, .badRequest, .compacted, .futureRevision,
      .sessionExpired, .methodNotAllowed, .internalError:
      .failed
    }
  }
}

/// A failure of kvctl's own.
struct CommandFailure: Error {
  let status: Departure.Status
  /// One line that says what to do.
  let message: String

  init(_ message: String, status: Departure.Status = .failed) {
    self.status = status
    self.message = message
  }
}

/// Standard output takes no more: the error number of write(2).
struct OutputFault: Error { let code: CInt }
