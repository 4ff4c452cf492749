internal import Determinism
internal import Faults
internal import PeerProtocol

/// All connections and wires. It decides what arrives and when; the world carries it out.
struct SimulatedNetwork {
  /// What becomes of a frame.
  enum Fate {
    /// It arrives at this time, and perhaps once more.
    case arrives(Instant, again: Instant?)
    case lost
    /// It waits at the sender until the clog ends.
    case waits
    /// There is no connection: the sender knows that it will not arrive.
    case refused
    /// It is lost on a stream, which breaks for it at that time.
    case breaks(Instant)
  }

  private let count: Int
  private var swarm: Swarm
  private var connections: [Connection]
  var dice: Dice
  private(set) var counts = FaultCounts()

  init(_ swarm: Swarm, _ dice: Dice) {
    self.swarm = swarm
    self.dice = dice
    count = swarm.nodes + swarm.spares
    connections = Array(repeating: Connection(), count: count * count)
  }

  subscript(from: Int, to: Int) -> Connection {
    get { connections[from * count + to] }
    _modify { yield &connections[from * count + to] }
  }

  /// A delay of one way: least + something around the mean, and sometimes far more.
  mutating func delay() -> TimeSpan {
    let spread = swarm.delayMean.nanoseconds
    var extra = dice.below(spread + 1) + dice.below(spread + 1)
    if dice.chance(1, in: 100) { extra *= 10 }
    return swarm.delayLeast + .nanoseconds(extra)
  }

  mutating func send(_ frame: PeerFrame, from: Int, to: Int, at now: Instant) -> Fate {
    let place = from * count + to
    guard connections[place].isUp else { return .refused }
    if let until = connections[place].cloggedUntil, until > now {
      if frame.frameClass == .call { return .waits }
      // What a full socket buffer does to small messages: late, or not at all.
      return dice.chance(1, in: 2) ? .lost : .arrives(until + delay(), again: nil)
    }
    if frame.frameClass == .call { return sendCall(place, now) }
    if connections[place].isCut { return .lost }
    if dice.chance(swarm.lossPerMille, in: 1000) {
      counts.add(.loss)
      return .lost
    }
    var arrival = now + delay()
    if arrival < connections[place].lastArrival {
      if swarm.reorders {
        counts.add(.reordering)
      } else {
        arrival = connections[place].lastArrival
      }
    } else {
      connections[place].lastArrival = arrival
    }
    guard dice.chance(swarm.copyPerMille, in: 1000) else { return .arrives(arrival, again: nil) }
    counts.add(.copy)
    return .arrives(arrival, again: now + delay() + delay())
  }

  // Calls travel on a stream: in order, once, or the stream breaks. TCP repeats what the wire
  // loses; only a wire that stays dead breaks it, so a call is lost a hundred times less often than
  // a message.
  private mutating func sendCall(_ place: Int, _ now: Instant) -> Fate {
    if connections[place].isCut || dice.chance(swarm.lossPerMille, in: 100_000) {
      guard !connections[place].isBreaking else { return .lost }
      connections[place].isBreaking = true
      return .breaks(now + dice.span(from: .milliseconds(100), to: .milliseconds(2000)))
    }
    guard !connections[place].isBreaking else { return .lost }
    let arrival = max(now + delay(), connections[place].lastArrival)
    connections[place].lastArrival = arrival
    return .arrives(arrival, again: nil)
  }

  /// Ends the connection; what waited on it comes back.
  mutating func sever(from: Int, to: Int) -> [PeerFrame] {
    let place = from * count + to
    connections[place].generation += 1
    connections[place].isUp = false
    connections[place].isBreaking = false
    defer { connections[place].waiting = [] }
    return connections[place].waiting
  }

  /// The longest pause before a connection is tried again.
  var redialMost: TimeSpan { swarm.redialMost }

  /// Which of the connections that followed each other on this path is up, or was last.
  func generation(_ from: Int, _ to: Int) -> UInt64 { connections[from * count + to].generation }

  /// Whether the two ends can shake hands now.
  func canConnect(_ from: Int, _ to: Int) -> Bool { !self[from, to].isCut && !self[to, from].isCut }

  /// Every wire works and is quick; the delays are those of one switch from now on.
  mutating func healForGood() {
    swarm.delayLeast = .microseconds(100)
    swarm.delayMean = .milliseconds(1)
    swarm.lossPerMille = 0
    swarm.copyPerMille = 0
    swarm.redialMost = .milliseconds(100)
    healCuts()
    for place in connections.indices { connections[place].cloggedUntil = nil }
  }

  mutating func healCuts() {
    for place in connections.indices { connections[place].isCut = false }
  }
}
