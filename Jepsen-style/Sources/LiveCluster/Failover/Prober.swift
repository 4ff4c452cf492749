internal import Glibc

/// Writes to one address at a steady beat, each over a new connection, whether or not the earlier
/// ones were answered: a prober that waits for answers does not see how long others wait.
package struct Prober {
  /// A new write every 5 ms.
  package static let beat: UInt64 = 5_000_000
  /// Each has a second to finish.
  package static let patience: UInt64 = 1_000_000_000

  private let address: sockaddr_in
  private var flights: [ProbeFlight] = []
  private var next: UInt64
  private var number: UInt64 = 0

  /// Nil unless the host is an IPv4 address.
  package init?(host: String, port: UInt16) {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return nil }
    self.address = address
    next = BootClock.now
  }

  /// One turn of at most a beat: what is over now.
  package mutating func turn() -> [Probe] {
    var over = begin(BootClock.now)
    var interests = flights.map(\.interest)
    let now = BootClock.now
    let wait = next > now ? Int32((next - now) / 1_000_000 + 1) : 0
    guard poll(&interests, nfds_t(interests.count), wait) >= 0 else { return over }
    over += proceed(interests, BootClock.now)
    return over
  }

  /// Starts all writes that are due; what could not even start is over.
  private mutating func begin(_ now: UInt64) -> [Probe] {
    var over: [Probe] = []
    while next <= now {
      number += 1
      if let flight = ProbeFlight(number: number, begin: next, to: address) {
        flights.append(flight)
      } else {
        over.append(Probe(number: number, begin: next, end: now, ending: .broken))
      }
      next += Self.beat
    }
    return over
  }

  private mutating func proceed(_ interests: [pollfd], _ now: UInt64) -> [Probe] {
    var over: [Probe] = []
    var left: [ProbeFlight] = []
    for (var flight, interest) in zip(flights, interests) {
      var ending = interest.revents == 0 ? nil : flight.proceed()
      if ending == nil, now >= flight.begin + Self.patience { ending = .silent }
      if let ending {
        close(flight.socket)
        over.append(Probe(number: flight.number, begin: flight.begin, end: now, ending: ending))
      } else {
        left.append(flight)
      }
    }
    flights = left
    return over
  }
}
