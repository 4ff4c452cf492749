import ClientProtocol
import Determinism
import HTTPAPI
import Logging
import NIOCore
import NetworkTypes
import NodeRuntime
import PeerSockets
import PosixStorage
import RaftTypes
import Replica
import VirtualIP

/// The virtual IP in mode command: the operator's program moves it, by whatever interface a cloud
/// has. On the node's event loop.
///
/// It runs as `PROGRAM claim|release ADDRESS TERM`, once an address, under the same lease as a
/// guard: a claim that is not done when the lease ends is killed and counts as refused, and so is
/// a release. Nothing ends the lease of a node that is frozen: the next holder's claim must take
/// the address away from it.
final class HookedAddress: NodeAddress {
  var offer: (ReplicaInput) -> Void = { _ in }
  private let plan: VirtualAddress.Plan
  private let program: String
  private let loop: any EventLoop
  private let server: HTTPServer
  private let log: Logger

  private struct Claim {
    let term: Term
    var running: [Hook]
  }

  private var claim: Claim?
  private var held: Term?
  private var leaseEnd: Instant?
  private var watch: Scheduled<Void>?

  init(
    _ plan: VirtualAddress.Plan, program: String, server: HTTPServer, on loop: any EventLoop,
    log: Logger
  ) {
    self.plan = plan
    self.program = program
    self.server = server
    self.loop = loop
    self.log = log
  }

  /// How often a running program is looked at: it takes a hundred times as long.
  private static let glance = TimeSpan.milliseconds(5)

  func start() -> EventLoopFuture<Void> {
    guard Executable.isThere(program) else {
      return loop.makeFailedFuture(
        StartFault.unusable("\(program) (vip.command)", reason: "it is no program of this user's"))
    }
    return server.standBy(
      on: plan.addresses.compactMap {
        try? SocketAddress(ipAddress: $0.description, port: Int(plan.port))
      })
  }

  func stop() { release() }

  var report: AddressReport {
    var report = AddressReport()
    report.mode = .command
    report.endpoints = plan.endpoints.map(\.description)
    report.tier = .command
    report.remark = "\(program) moves it; a frozen holder keeps it until the next claim"
    report.heldTerm = held
    if held != nil { report.leaseLeftMilliseconds = leaseEnd?.since(now()).milliseconds }
    return report
  }

  func perform(_ action: AddressAction) -> AddressEvent? {
    switch action {
    case .claim(let term, let until): return begin(term, until: until)
    case .renew(let term, let until):
      if held == term || claim?.term == term { leaseEnd = max(leaseEnd ?? until, until) }
    case .release:
      // Its answer to an open claim is the end of it.
      if let claim { offer(.address(.refused(claim.term, .busy))) }
      release()
    // The program tells whom it has to.
    case .probe, .announce, .tickle: break
    }
    return nil
  }

  private func begin(_ term: Term, until: Instant) -> AddressEvent? {
    let running: [Hook]
    do throws(SpawnFault) {
      running = try run("claim", term)
    } catch {
      return .refused(term, .unavailable(error.description))
    }
    claim = Claim(term: term, running: running)
    leaseEnd = until
    look()
    return nil
  }

  /// Looks at the claim under way, and at the end of the lease.
  private func look() {
    watch = loop.assumeIsolated().scheduleTask(
      in: .nanoseconds(Int64(Self.glance.nanoseconds))
    ) {
      self.proceed()
      if self.claim != nil || self.held != nil { self.look() }
    }
  }

  private func proceed() {
    let isOver = leaseEnd.map { now() >= $0 } ?? true
    if var open = claim {
      var isRefused = false
      open.running.removeAll { hook in
        guard let isDone = hook.outcome() else { return false }
        if !isDone { isRefused = true }
        return true
      }
      claim = open
      if isRefused || (isOver && !open.running.isEmpty) {
        let reason = isRefused ? "\(program) failed" : "\(program) was not done within the lease"
        log.warning("\(reason) in term \(open.term.number)")
        release()
        offer(.address(.refused(open.term, .unavailable(reason))))
      } else if open.running.isEmpty {
        claim = nil
        held = open.term
        server.admitToVirtualAddress()
        log.notice("holds the address in term \(open.term.number), says \(program)")
        offer(.address(.claimed(open.term)))
      }
    } else if let term = held, isOver {
      log.error("the lease of term \(term.number) is over")
      release()
      offer(.address(.lost(term, .expired)))
    }
  }

  /// Resets the connections, then runs the program and waits for it, for the rest of the lease; a
  /// lease that is over leaves it `least`.
  private func release() {
    watch?.cancel()
    server.resetVirtualAddress()
    guard let term = held ?? claim?.term else { return }
    for hook in claim?.running ?? [] { hook.kill() }
    claim = nil
    held = nil
    let deadline = max(leaseEnd ?? .distantFuture, now() + Self.least)
    leaseEnd = nil
    do throws(SpawnFault) {
      for hook in try run("release", term) { wait(for: hook, until: deadline) }
    } catch {
      log.error("\(error)")
    }
  }

  /// A program that only takes an address off an interface needs some milliseconds.
  private static let least = TimeSpan.milliseconds(50)

  private func wait(for hook: Hook, until deadline: Instant) {
    while true {
      if let isDone = hook.outcome() {
        if !isDone { log.error("\(program) release failed") }
        return
      }
      guard now() < deadline else {
        log.error("\(program) release was not done within the lease, and was killed")
        return hook.kill()
      }
      Pause.sleep(.milliseconds(1))
    }
  }

  private func run(_ verb: String, _ term: Term) throws(SpawnFault) -> [Hook] {
    var hooks: [Hook] = []
    for address in plan.addresses {
      hooks.append(try Hook(program, [verb, address.description, "\(term.number)"]))
    }
    return hooks
  }

  private func now() -> Instant { ReplicaLoop<PosixFileSystem, PeerHub>.now() }
}
