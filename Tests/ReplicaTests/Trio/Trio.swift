import ClientProtocol
import Determinism
import KeyValueStore
import PeerProtocol
import RaftCore
import RaftTypes
import Replica
import Testing
import VirtualIP

/// Three replicas whose frames arrive at once, in order, unless a test cuts a path or holds a disk.
struct Trio {
  struct Node {
    var replica: Replica
    var storage: FakeStorage
    var isUp = true
    var answers: [UInt64: ClientReply] = [:]
    var addressActions: [AddressAction] = []
    var snapshotJobs: [SnapshotJob] = []
    /// Entries that were read back, and snapshots that shall be sent.
    var recalls: [Recall] = []
    var sends: [SnapshotSend] = []
    /// Long reads that nobody has carried out yet: tests do.
    var scans: [Scan] = []
    var events: [ReplicaEvent] = []
    var hasStopped = false
    /// Whom it is connected to: frames to anybody else go nowhere.
    var peers: PeerSet?
  }

  static let cluster = ClusterID(7, epoch: 1)
  static let membership = Membership(
    voters: (1...3).map {
      Member(
        id: NodeID($0), incarnation: DiskIncarnation(1), peerAddress: "p\($0):1",
        clientAddress: "c\($0):1")
    })
  static let genesis = Entry(
    position: LogPosition(term: .zero, index: LogIndex(1)), logTime: .zero,
    payload: .genesis(cluster, membership))

  var nodes: [Node] = []
  /// Whether a claim of the address is answered, with yes.
  var grantsClaims = true
  var now = Instant(nanoseconds: 1_000_000_000)
  /// Frames on these paths vanish.
  var cut: Set<[UInt64]> = []
  /// Frames that left, in order; what has not arrived yet stands in `inFlight`.
  var sent: [(from: NodeID, Outbound)] = []
  private var inFlight: [(from: NodeID, Outbound)] = []
  private var nextTag: UInt64 = 0
  /// Own snapshots are written at once unless this is set.
  var holdsSnapshots = false
  /// Nothing of a log can be read back.
  var isBlind = false

  init(_ change: (inout ReplicaSettings) -> Void = { _ in }) {
    for number in 1...3 as ClosedRange<UInt64> {
      let storage = FakeStorage(genesis: Self.genesis)
      let settings = Self.settings(number, change)
      nodes.append(
        Node(
          replica: Replica(
            settings: settings, recovered: storage.recovered, store: Store(), seed: number,
            at: now), storage: storage))
    }
  }

  static func settings(
    _ number: UInt64, _ change: (inout ReplicaSettings) -> Void = { _ in }
  ) -> ReplicaSettings {
    var settings = ReplicaSettings(
      id: NodeID(number), incarnation: DiskIncarnation(1), cluster: cluster, consensus: .lan,
      pid: UInt32(number), clientAddress: "c\(number):1", peerAddress: "p\(number):1",
      virtualAddress: "10.0.0.9:80")
    change(&settings)
    return settings
  }

  subscript(number: Int) -> Node {
    get { nodes[number - 1] }
    set { nodes[number - 1] = newValue }
  }

  var leader: Int? { (1...3).first { nodes[$0 - 1].isUp && self[$0].replica.core.isLeader } }

  // MARK: Time and turns

  /// One turn of one node, and everything that follows from it everywhere.
  @discardableResult
  mutating func step(_ number: Int, _ inputs: ReplicaInput...) -> ReplicaEffects {
    let effects = turn(number, inputs)
    settle()
    return effects
  }

  /// One turn of one node and nothing else; its frames stay in flight.
  @discardableResult
  mutating func turn(_ number: Int, _ inputs: [ReplicaInput]) -> ReplicaEffects {
    guard self[number].isUp else { return ReplicaEffects() }
    let effects = self[number].replica.step(
      inputs, at: now, wallClock: LogTime(milliseconds: now.nanoseconds / 1_000_000))
    self[number].addressActions += effects.address.filter {
      if case .renew = $0 { false } else { true }
    }
    self[number].storage.submit(effects.storage)
    self[number].events += effects.events
    self[number].snapshotJobs += effects.snapshots
    self[number].scans += effects.scans
    for answer in effects.answers { self[number].answers[answer.tag] = answer.reply }
    if effects.stopped { self[number].hasStopped = true }
    if let peers = effects.peers { self[number].peers = peers }
    for frame in effects.frames {
      sent.append((NodeID(UInt64(number)), frame))
      guard self[number].peers?.members[frame.to] != nil else { continue }
      inFlight.append((NodeID(UInt64(number)), frame))
    }
    for case .claim(let term, _) in effects.address where grantsClaims {
      _ = turn(number, [.address(.claimed(term))])
    }
    return effects
  }

  /// Lets frames arrive and disks answer until nothing is under way.
  mutating func settle(dropping isDropped: (PeerFrame) -> Bool = { _ in false }) {
    for _ in 0..<10_000 {
      var isQuiet = true
      let arriving = inFlight
      inFlight = []
      // A member that a test only added is no node.
      for (from, outbound) in arriving
      where outbound.to.number <= 3 && !cut.contains([from.number, outbound.to.number])
        && !isDropped(outbound.frame)
      {
        isQuiet = false
        turn(Int(outbound.to.number), [.frame(outbound.frame, from: from)])
      }
      for number in 1...3 {
        let answers = self[number].isUp ? self[number].storage.work() : []
        let written = holdsSnapshots ? [] : writeSnapshots(number)
        guard !answers.isEmpty || !written.isEmpty else { continue }
        isQuiet = false
        turn(number, answers + written)
      }
      if isQuiet, inFlight.isEmpty { return }
    }
    preconditionFailure("the trio never comes to rest")
  }

  private mutating func writeSnapshots(_ number: Int) -> [ReplicaInput] {
    let jobs = self[number].snapshotJobs
    self[number].snapshotJobs = []
    return jobs.compactMap { job in
      switch job {
      case .write(let descriptor, let view):
        self[number].storage.snapshot = (descriptor, view)
        return .snapshotWritten(descriptor, bytes: 100)
      case .recall(let recall):
        self[number].recalls.append(recall)
        let entries = self[number].storage.entries
        return .recalled(
          recall, isBlind ? [] : entries.filter { recall.positions.contains($0.position) })
      case .send(let send):
        self[number].sends.append(send)
        return nil
      case .store, .mend, .readPiece, .condemn: return nil
      }
    }
  }

  /// Time passes for everybody, in small steps.
  mutating func pass(_ span: TimeSpan) {
    let end = now + span
    while now < end {
      now = now + .milliseconds(5)
      for number in 1...3 { turn(number, [.timePassed]) }
      settle()
    }
  }

  /// Passes time until somebody leads, and its term's first entry is applied everywhere it can be.
  @discardableResult
  mutating func elect() -> Int {
    for _ in 0..<1000 {
      pass(.milliseconds(10))
      if let leader { return leader }
    }
    preconditionFailure("nobody was elected")
  }

  // MARK: Clients and faults

  mutating func call(_ number: Int, _ request: ClientRequest, timeout: UInt32 = 5000) -> UInt64 {
    let tag = send(number, request, timeout: timeout)
    settle()
    return tag
  }

  /// Gives a call to a node and lets nothing arrive yet.
  mutating func send(
    _ number: Int, _ request: ClientRequest, minIndex: LogIndex? = nil, timeout: UInt32 = 5000
  ) -> UInt64 {
    nextTag += 1
    let call = ClientCall(request, minIndex: minIndex, timeoutMilliseconds: timeout)
    turn(number, [.call(call, tag: nextTag)])
    return nextTag
  }

  /// Nobody hears that node and it hears nobody.
  mutating func isolate(_ number: Int) {
    for other in 1...3 where other != number {
      cut.insert([UInt64(number), UInt64(other)])
      cut.insert([UInt64(other), UInt64(number)])
    }
  }

  mutating func heal() { cut = [] }

  mutating func loseInFlight() { inFlight = [] }

  mutating func kill(_ number: Int) {
    self[number].isUp = false
    self[number].storage.crash()
    inFlight.removeAll { $0.from.number == UInt64(number) }
  }

  mutating func start(_ number: Int, _ change: (inout ReplicaSettings) -> Void = { _ in }) {
    let storage = self[number].storage
    self[number].replica = Replica(
      settings: Self.settings(UInt64(number), change), recovered: storage.recovered,
      store: storage.store, seed: 100 + UInt64(number), at: now)
    self[number].isUp = true
    self[number].peers = nil
    self[number].storage.isHeld = false
    step(number, .timePassed)
  }

  func reply(_ number: Int, _ tag: UInt64) -> ClientReply? { self[number].answers[tag] }

  /// The error that a call ended with; nil while it runs, or when it went well.
  func error(_ number: Int, _ tag: UInt64) -> ClientError? {
    if case .failed(let error)? = reply(number, tag)?.body { error } else { nil }
  }

  func isWritten(_ number: Int, _ tag: UInt64) -> Bool {
    if case .written? = reply(number, tag)?.body { true } else { false }
  }
}

extension Trio: CustomTestStringConvertible {
  /// One line, where the parts would fill a screen.
  var testDescription: String {
    nodes.map { "\($0.replica.core.id) \($0.replica.core.term) \($0.replica.store.appliedIndex)" }
      .joined(separator: ", ")
  }
}
