internal import Determinism
internal import Faults
internal import PeerProtocol

/// All connections and wires. It decides what arrives and when; the world carries it out.
struct SimulatedNetwork {
  /// What becomes of a frame.
  enum Fate {
    /// It arrives at these times; at none: it is lost.
    case arrives([Instant])
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

  init(_ swarm: Swarm, _ dice: Dice) {
    self.swarm = swarm
    self.dice = dice
    count = swarm.nodes
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
      return dice.chance(1, in: 2) ? .arrives([]) : .arrives([until + delay()])
    }
    if frame.frameClass == .call { return sendCall(place, now) }
    if connections[place].isCut || dice.chance(swarm.lossPerMille, in: 1000) { return .arrives([]) }
    var arrivals = [now + delay()]
    if !swarm.reorders {
      arrivals[0] = max(arrivals[0], connections[place].lastArrival)
      connections[place].lastArrival = arrivals[0]
    }
    if dice.chance(swarm.copyPerMille, in: 1000) { arrivals.append(now + delay() + delay()) }
    return .arrives(arrivals)
  }

  // Calls travel on a stream: in order, once, or the stream breaks. TCP repeats what the wire
  // loses; only a wire that stays dead breaks it, so a call is lost a hundred times less often than
  // a message.
  private mutating func sendCall(_ place: Int, _ now: Instant) -> Fate {
    if connections[place].isCut || dice.chance(swarm.lossPerMille, in: 100_000) {
      guard !connections[place].isBreaking else { return .arrives([]) }
      connections[place].isBreaking = true
      return .breaks(now + dice.span(from: .milliseconds(100), to: .milliseconds(2000)))
    }
    guard !connections[place].isBreaking else { return .arrives([]) }
    let arrival = max(now + delay(), connections[place].lastArrival)
    connections[place].lastArrival = arrival
    return .arrives([arrival])
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

  /// Whether the two ends can shake hands now.
  func canConnect(_ from: Int, _ to: Int) -> Bool { !self[from, to].isCut && !self[to, from].isCut }

  /// Every wire works and is quick; the delays are those of one switch from now on.
  mutating func healForGood() {
    swarm.delayLeast = .microseconds(100)
    swarm.delayMean = .milliseconds(1)
    swarm.lossPerMille = 0
    swarm.copyPerMille = 0
    healCuts()
    for place in connections.indices { connections[place].cloggedUntil = nil }
  }

  mutating func healCuts() {
    for place in connections.indices { connections[place].isCut = false }
  }
}
