import CProcess
import Determinism
import Glibc
import GuardProtocol
import LinuxNetwork
import RaftTypes

/// The one thread of the guard: waits in poll(2) for kvnode, the kernel, a signal or a deadline,
/// and lets the keeper decide.
final class GuardLoop {
  private let listener: PacketSocket
  private let user: uid_t
  private let signals: Int32
  private let machine: LinuxMachine
  private let keeper: Keeper<LinuxMachine>
  private var client: PacketSocket?
  private var peer: PacketSocket.Peer?
  private var buffer = [UInt8](repeating: 0, count: GuardProtocol.Limits.requestBytes)
  private let watchdogPeriod: TimeSpan
  private var watchdog: Instant

  /// - Parameters:
  ///   - user: whose kvnode is served, besides root's.
  ///   - signals: a signalfd(2); what it reports ends the loop.
  init(
    _ listener: PacketSocket, user: uid_t, signals: Int32, machine: LinuxMachine
  ) {
    self.listener = listener
    self.user = user
    self.signals = signals
    self.machine = machine
    keeper = Keeper(kernel: machine)
    watchdogPeriod = .microseconds(process_watchdog_period())
    watchdog = watchdogPeriod == .zero ? .distantFuture : BootClock.now()
  }

  /// Serves until a signal asks for the end; nothing is held then.
  func run() throws {
    while true {
      tellWatchdog()
      let readable = try wait()
      if readable.contains(signals) { return try hangUp() }
      // First what the segment and the host say: an answer that came before a claim counts in it.
      for event in machine.events() { try answer(keeper.notice(event)) }
      // Then kvnode, whose renewal may lie there beside a deadline that it moves.
      if client != nil { try serve() }
      if readable.contains(listener.descriptor) { try admit() }
      try answer(keeper.pass())
    }
  }

  private func tellWatchdog() {
    guard BootClock.now() >= watchdog else { return }
    watchdog = BootClock.now() + watchdogPeriod
    _ = process_notify("WATCHDOG=1")
  }

  /// The descriptors that have something to read, once there are any or a deadline has come.
  private func wait() throws(SystemFault) -> [Int32] {
    var wanted = [signals, listener.descriptor] + machine.descriptors
    if let client { wanted.append(client.descriptor) }
    var polls = wanted.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let deadline = min(keeper.nextDeadline, watchdog)
    // Rounded up: a deadline is met late by a millisecond, never early in a busy loop. What must be
    // exact, the gate, is the kernel's.
    let span = deadline.since(BootClock.now()) + .nanoseconds(999_999)
    let timeout = deadline == .distantFuture ? -1 : Int32(clamping: span.milliseconds)
    guard poll(&polls, nfds_t(polls.count), timeout) >= 0 || errno == EINTR else {
      throw SystemFault("poll")
    }
    return polls.filter { $0.revents != 0 }.map(\.fd)
  }

  private func admit() throws {
    guard let (socket, who) = listener.accept() else { return }
    guard who.user == 0 || who.user == user else {
      say("refused process \(who.process) of user \(who.user)")
      _ = socket.send(GuardReply.unusable("user \(who.user) is not served here").bytes)
      return
    }
    guard client == nil else {
      let words = "another kvnode is served already: one guard serves one node"
      _ = socket.send(GuardReply.unusable(words).bytes)
      return
    }
    client = socket
    peer = who
  }

  private func serve() throws {
    for _ in 0..<Limits.eventsOfTurn {
      guard let client else { return }
      switch client.receive(into: &buffer) {
      case .nothing: return
      case .ended:
        if keeper.client != nil { say("kvnode is gone") }
        return try hangUp(isDead: true)
      case .packet(let packet, let sockets):
        machine.received(sockets)
        let request: GuardRequest
        do {
          request = try GuardRequest(packet: packet)
        } catch {
          return try answer([.unusable("a message of kvnode makes no sense: \(error)")])
        }
        try answer(keeper.receive(request))
      }
    }
  }

  private func answer(_ replies: [GuardReply]) throws {
    for reply in replies {
      tell(reply)
      guard let client else { return }
      var isGone = !client.send(reply.bytes)
      if case .unusable = reply { isGone = true }
      // One that reads nothing any more is frozen, and holds nothing for longer than its lease.
      if isGone { return try hangUp() }
    }
  }

  private func hangUp(isDead: Bool = false) throws {
    client = nil
    try keeper.clientGone(isDead: isDead)
  }

  private func tell(_ reply: GuardReply) {
    switch reply {
    case .ready(let standings):
      if let peer { say("serves process \(peer.process) of user \(peer.user)") }
      for standing in standings {
        guard case .lifetimeOnly(let reason) = standing.tier else { continue }
        say("keeps to the kernel's lifetime only: \(reason)")
      }
    case .unusable(let reason): say(reason)
    case .claimed(let term): say("holds the address in term \(term.number)")
    case .refused(let term, let why): say("refuses the claim of term \(term.number): \(why)")
    case .released(let term): say("holds nothing after term \(term.number)")
    case .lost(let term, let loss): say("lost the address of term \(term.number): \(loss)")
    case .announced: break
    case .carrier(let isThere): say(isThere ? "the link is back" : "the link is down")
    case .conflict(let address, let stranger): say("\(stranger) says that it has \(address)")
    }
  }
}
