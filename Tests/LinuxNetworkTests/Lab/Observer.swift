import Determinism
import LinuxNetwork
import NetworkTypes

/// A neighbour that asks who has the address.
struct Observer {
  private let segment: Segment

  init(of address: IPAddress, on host: Host) throws {
    segment = try host.inside { try Segment(for: address, on: .named("eth0")) }
  }

  /// Asks every two milliseconds until `end`; when the last question that was answered was asked.
  func lastQuestionAnswered(until end: Instant) throws -> Instant {
    var last = Instant(nanoseconds: 0)
    while BootClock.now() < end {
      let asked = BootClock.now()
      try segment.probe()
      if try hearsClaim(within: 2) { last = asked }
    }
    return last
  }

  /// Asks once; whether somebody answers.
  func isAnswered(within milliseconds: UInt64) throws -> Bool {
    try segment.probe()
    return try hearsClaim(within: milliseconds)
  }

  /// Whether somebody says that he has the address.
  func hearsClaim(within milliseconds: UInt64) throws -> Bool {
    try Lab.wait(upTo: milliseconds) {
      try segment.receive().contains {
        if case .claimed = $0 { true } else { false }
      }
    } != nil
  }
}
