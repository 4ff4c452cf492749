import Determinism
import RaftCore
import RaftTypes

/// Several nodes, their disks and the network between them, driven by one seed and one clock. After
/// every step everything that must hold is checked; what does not, throws a `Violation`.
struct Cluster {
  enum Happening {
    case arrival(Envelope)
    case logDone(NodeID, life: UInt64)
    case ballotDone(NodeID, life: UInt64)
    case snapshotComplete(NodeID, life: UInt64, SnapshotDescriptor)
    case recallDone(NodeID, life: UInt64, Recall)
  }

  struct Event {
    let due: Instant
    let order: UInt64
    let happening: Happening
  }

  let settings: Settings
  var now = Instant(nanoseconds: 1_000_000_000)
  var dice: Dice
  var network = Network()
  var oracle = Oracle()
  var servers: SortedMap<NodeID, Server> = SortedMap()
  /// By due time, then by age.
  var events: [Event] = []
  var nextOrder: UInt64 = 0
  /// Messages that `Network.fate` kept.
  var kept: [Envelope] = []
  var diskDelay = TimeSpan.microseconds(200)
  /// How much of the future one turn of a node takes in at once.
  var turn = TimeSpan.zero
  /// Outcomes of reads and proposals, by ticket.
  var ledger = Ledger()
  /// Steps since the clock last moved.
  private var idle = 0
  /// Snapshots that replaced a state machine.
  var installs = 0
  /// Answered recalls.
  var recalls = 0
  /// Lines of what happened; kept only when asked for.
  var story: [String]?
  /// Whether a leader takes a snapshot as soon as a follower without a state needs one.
  var servesNeedy = true
  /// A snapshot's encoded length, and how much of it travels in one chunk.
  var snapshotSize: UInt64 = 3
  let genesis: Entry

  /// - Parameters:
  ///   - voters: nodes 1 to `voters` decide.
  ///   - learners: that many more only receive the log.
  init(
    _ voters: Int, learners: Int = 0, seed: UInt64 = 1, settings: Settings = .lan
  ) {
    self.settings = settings
    dice = Dice(seed: seed)
    let members = (1...(voters + learners)).map { Cluster.member(UInt64($0)) }
    let membership = Membership(
      members: SortedMap(members.map { ($0.id, $0) }), voters: members.prefix(voters).map(\.id))
    genesis = Entry(
      position: LogPosition(term: .zero, index: LogIndex(1)), logTime: .zero,
      payload: .genesis(ClusterID(7, epoch: 1), membership))
    for member in members {
      servers[member.id] = Server(
        id: member.id, disk: Disk(incarnation: member.incarnation, slots: [.entry(genesis)]))
    }
    for member in members { start(member.id) }
  }

  static func member(_ number: UInt64, disk: UInt64 = 0) -> Member {
    Member(
      id: NodeID(number), incarnation: DiskIncarnation(number * 100 + disk),
      peerAddress: "p\(number)", clientAddress: "c\(number)")
  }

  var ids: [NodeID] { servers.keys }

  subscript(id: NodeID) -> RaftNode {
    guard let core = servers[id]?.core else { preconditionFailure("\(id) is down") }
    return core
  }

  func isUp(_ id: NodeID) -> Bool { servers[id]?.core != nil }

  // MARK: Life and death

  mutating func start(_ id: NodeID) {
    let seed = dice.next()
    let (now, settings) = (now, settings)
    _ = servers.update(id) { server in
      server.lose()
      server.life += 1
      server.core = RaftNode(
        id: id, settings: settings, recovered: server.disk.recovered, seed: seed, at: now)
      server.applied = server.disk.snapshot?.position.index ?? .zero
    }
    tell("\(id) starts")
  }

  /// - Parameters keepingWrites, keepingBallots: so much of what was under way reached the disk all
  ///   the same.
  mutating func crash(_ id: NodeID, keepingWrites works: Int = 0, ballots: Int = 0) throws {
    tell("\(id) crashes")
    servers[id]?.lose()
    try servers[id]?.disk.crash(keeping: works, ballots: ballots)
    ledger.forgetReads(of: id)
    for peer in ids where peer != id && isUp(peer) { try step(peer, .peerReset(id)) }
  }

  /// A server with an empty disk is put beside the others.
  mutating func bring(_ member: Member) {
    servers[member.id] = Server(id: member.id, disk: Disk(incarnation: member.incarnation))
    start(member.id)
  }

  /// Its disk dies; it starts again with an empty one.
  mutating func replaceDisk(of id: NodeID) throws {
    if isUp(id) { try crash(id) }
    _ = servers.update(id) { server in
      server.formerDisks.append(server.disk)
      server.disk = Disk(
        incarnation: DiskIncarnation(server.disk.incarnation.number + 1))
    }
    start(id)
  }

  // MARK: Events

  mutating func schedule(_ happening: Happening, after span: TimeSpan) {
    let event = Event(due: now + span, order: nextOrder, happening: happening)
    nextOrder += 1
    var place = events.count
    while place > 0, events[place - 1].due > event.due { place -= 1 }
    events.insert(event, at: place)
  }

  mutating func tell(_ line: @autoclosure () -> String) {
    story?.append("\(now.nanoseconds / 1000) \(line())")
  }

  /// When something happens next by itself.
  var nextInstant: Instant {
    var next = events.first?.due ?? .distantFuture
    for server in servers.values {
      if let core = server.core { next = min(next, core.nextDeadline) }
    }
    return next
  }

  /// Lets one thing happen: the earliest event, else the earliest deadline. Moves the clock to it.
  mutating func advance(until limit: Instant = .distantFuture) throws -> Bool {
    let next = nextInstant
    guard next <= limit, next < .distantFuture else { return false }
    idle = next > now ? 0 : idle + 1
    guard idle < 20_000 else { throw Violation("time stands still: a deadline that is not met") }
    now = max(now, next)
    if let event = events.first, event.due <= next {
      events.removeFirst()
      try happen(event.happening)
    } else {
      for id in ids where isUp(id) && self[id].nextDeadline <= now {
        try step(id, .timePassed)
        break
      }
    }
    return true
  }

  private mutating func happen(_ happening: Happening) throws {
    switch happening {
    case .arrival(let envelope):
      guard isUp(envelope.to), try shakesHands(envelope) else { return }
      try step(envelope.to, [.received(envelope)] + together(at: envelope.to))
    case .logDone(let id, let life):
      guard servers[id]?.life == life, isUp(id), servers[id]?.disk.hangs == false else { return }
      try finishWrite(of: id)
    case .ballotDone(let id, let life):
      guard servers[id]?.life == life, isUp(id), servers[id]?.disk.hangs == false else { return }
      try finishBallot(of: id)
    case .recallDone(let id, let life, let recall):
      guard let server = servers[id], server.life == life, server.core != nil else { return }
      recalls += 1
      try step(id, .recalled(recall, server.disk.entries(at: recall.positions)))
    case .snapshotComplete(let id, let life, let snapshot):
      guard servers[id]?.life == life, isUp(id) else { return }
      let known = servers[id]?.disk.snapshot?.position.index ?? .zero
      if snapshot.position.index > known || servers[id]?.disk.lostState == true {
        servers[id]?.disk.snapshot = snapshot
        servers[id]?.disk.lostState = false
      }
      try step(id, .snapshotReceived(snapshot))
    }
  }

  /// Connections exist only between disks that trust each other (Handshake), and tell who dials on
  /// which disk the other one is.
  private mutating func shakesHands(_ envelope: Envelope) throws -> Bool {
    let (from, to) = (envelope.from, envelope.to)
    guard let near = servers[from], let far = servers[to] else { return false }
    if isUp(from), self[from].membership?.members[to] != nil {
      let trusted = self[from].membership?.members[to]?.incarnation
      if trusted != far.disk.incarnation {
        try step(from, .peerDisk(to, far.disk.incarnation))
        return false
      }
    }
    let trusted = self[to].membership?.members[from]?.incarnation
    return trusted == nil || trusted == near.disk.incarnation
  }

  /// What else arrives there before `turn` is over: it is stepped in the same turn.
  private mutating func together(at id: NodeID) -> [Input] {
    guard turn > .zero else { return [] }
    var inputs: [Input] = []
    events.removeAll { event in
      guard event.due <= now + turn, case .arrival(let envelope) = event.happening,
        envelope.to == id
      else { return false }
      inputs.append(.received(envelope))
      return true
    }
    return inputs
  }

  /// Lets time pass and everything happen that is due.
  mutating func run(for span: TimeSpan) throws {
    let end = now + span
    while try advance(until: end) {}
    now = end
  }

  /// Lets everything under way arrive and complete, without a deadline being met on the way.
  mutating func settle() throws {
    while let event = events.first {
      events.removeFirst()
      try happen(event.happening)
    }
  }

  /// Lets time pass until `condition` holds; throws when that takes longer than `patience`.
  mutating func run(
    atMost patience: TimeSpan, until condition: (Cluster) -> Bool
  ) throws {
    let end = now + patience
    while !condition(self) {
      guard try advance(until: end) else {
        throw Violation("it did not come true within \(patience.milliseconds) ms")
      }
    }
  }
}
