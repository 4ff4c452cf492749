import Determinism
import GuardProtocol
import NetworkTypes
import RaftTypes

/// The guard's policy: what it does with the addresses of the one kvnode that it serves.
///
/// It trusts that node with the question who holds the addresses, and nobody with the answer how
/// long: nothing is open past the deadline of the last renewal, whatever happened to kvnode, and
/// nothing stays once kvnode's connection has ended.
///
/// Invariants: a gate is open only while `holding` is there; an address is present only between
/// `keep` and `remove` of one claim; a term below one that was claimed is never served; all
/// addresses are held, or none.
final class Keeper<Kernel: Machine> {
  /// The addresses are not here any more or never were, and the kernel would not confirm it: the
  /// process must end, and leave what remains to the kernel's own deadlines.
  struct CannotLetGo: Error { let reason: MachineFault }

  /// A node that said hello.
  struct Client {
    let hello: GuardHello
    /// In the hello's order.
    let standings: [GuardStanding]
    var phase = Phase.free
    /// The last question to the segment.
    var question: Question?
  }

  enum Phase: Hashable {
    case free
    /// A claim waits for the answer to the question.
    case asking(Term, until: Instant)
    case holding(Holding)
  }

  struct Question: Hashable {
    let asked: Instant
    /// Who answered, if anybody did.
    var answer: HardwareAddress?
  }

  struct Holding: Hashable {
    let term: Term
    /// The end of the lease.
    var until: Instant
    let since: Instant
    /// When the kernel's lifetime is renewed at the earliest: after a third of it.
    var keepAgain: Instant
    /// Announcements of the schedule that were made.
    var announced = 0
    var announceAt: Instant
    var watchAt: Instant
    var reassertions = 0
    var defended: Instant?
    /// The last alarm and whom it was about.
    var alarm: Alarm?
    /// Connections of an earlier holder whose clients are still to be told.
    var untold: [Flow] = []
  }

  struct Alarm: Hashable {
    let stranger: HardwareAddress
    let at: Instant
  }

  let kernel: Kernel
  var client: Client?
  /// The newest term that was claimed, and in which cluster.
  private(set) var newest: (cluster: ClusterID, term: Term)?

  init(kernel: Kernel) { self.kernel = kernel }

  /// Whether anything is held now.
  var isHolding: Bool { holding != nil }

  var holding: Holding? {
    if case .holding(let holding) = client?.phase { holding } else { nil }
  }

  /// When `pass` wants to be called.
  var nextDeadline: Instant {
    guard let client else { return .distantFuture }
    switch client.phase {
    case .free: return .distantFuture
    case .asking(_, let until):
      return min(until, (client.question?.asked ?? until) + Limits.answer)
    case .holding(let holding):
      guard holding.untold.isEmpty else { return Instant(nanoseconds: 0) }
      return min(holding.until, holding.announceAt, holding.watchAt)
    }
  }

  /// Serves one request. After `unusable` among the replies the connection must be closed.
  func receive(_ request: GuardRequest) throws(CannotLetGo) -> [GuardReply] {
    if case .hello(let hello) = request { return begin(hello) }
    guard client != nil else { return [.unusable("a request came before the hello")] }
    switch request {
    case .hello: return []
    case .probe:
      ask()
      return []
    case .claim(let term, let until): return try claim(term, until: until)
    case .renew(let term, let until): return try renew(term, until: until)
    case .release(let term):
      try letGo(resetting: true)
      return [.released(term)]
    case .announce(let term):
      guard holding?.term == term else { return [] }
      return announce()
    case .tickle(let flows):
      change { $0.untold += flows.prefix(Limits.untold - $0.untold.count) }
      return []
    case .lastWill(let bytes):
      kernel.keepLastWill(bytes)
      return []
    }
  }

  /// kvnode's connection has ended: nothing of it stays.
  ///
  /// Its last will is spoken when something was held, and only once nothing of that can answer any
  /// more: whoever hears it takes the addresses.
  /// - Parameter isDead: its own end hung up; otherwise it lives, and tells its peers itself.
  func clientGone(isDead: Bool) throws(CannotLetGo) {
    let wasHolding = isHolding
    try letGo(resetting: true)
    if wasHolding, isDead { kernel.speakLastWill() }
    kernel.forgetLastWill()
    guard client != nil else { return }
    client = nil
    kernel.dismantle()
  }

  private func begin(_ hello: GuardHello) -> [GuardReply] {
    guard client == nil else { return [.unusable("a second hello")] }
    var standings: [GuardStanding] = []
    for place in hello.places {
      do throws(MachineFault) {
        standings.append(try kernel.prepare(place, for: hello))
      } catch {
        kernel.dismantle()
        return [.unusable(error.description)]
      }
    }
    if newest?.cluster != hello.cluster { newest = nil }
    client = Client(hello: hello, standings: standings)
    let isWhole = hello.places.allSatisfy { kernel.hasCarrier($0) }
    return [.ready(standings)] + (isWhole ? [] : [.carrier(false)])
  }

  func remember(_ term: Term, of cluster: ClusterID) { newest = (cluster, term) }

  /// Shuts every gate, then removes every address.
  ///
  /// - Parameter resetting: connections are told first, while the way to their clients is open.
  func letGo(resetting: Bool) throws(CannotLetGo) {
    guard let client else { return }
    let wasHolding = isHolding
    self.client?.phase = .free
    guard wasHolding else { return }
    if resetting { for place in client.hello.places { kernel.resetConnections(of: place) } }
    // Every gate before the first address, and each is tried, also after one that failed.
    let areShut = zip(client.hello.places, client.standings).map { place, standing in
      do throws(MachineFault) {
        try kernel.shut(place)
        return standing.tier == .gate
      } catch {
        return false
      }
    }
    var fault: MachineFault?
    for (place, isShut) in zip(client.hello.places, areShut) {
      // One of the two is enough: the kernel ends what is left of the other.
      do throws(MachineFault) { try kernel.remove(place) } catch { if !isShut { fault = error } }
    }
    if let fault { throw CannotLetGo(reason: fault) }
  }
}
