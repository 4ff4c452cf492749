internal import ClientProtocol
internal import KeyValueClient
internal import RaftTypes

/// Sends the records of an input with many requests in flight, and remembers how far it came.
struct Loader: ~Copyable {
  struct Result: Equatable {
    /// Acknowledged in this run.
    var loaded = 0
    /// Acknowledged by an earlier run, and skipped.
    var skipped = 0
    var bytes: UInt64 = 0
  }

  private let client: KeyValueClient
  private var source: RecordSource
  private let inFlight: Int
  private let cluster: ClusterID
  private let statePath: String?
  private var ledger: LoadLedger
  private var bar = ProgressBar()
  private let start = ContinuousClock.now
  private var saved = ContinuousClock.now
  private var bytes: UInt64 = 0
  private let skipped: Int

  /// Skips what `state` says was acknowledged.
  init(
    _ client: KeyValueClient, _ source: consuming RecordSource, inFlight: Int, cluster: ClusterID,
    statePath: String?, resuming state: LoadState?
  ) throws(CommandFailure) {
    if let state {
      guard state.cluster == cluster else {
        throw CommandFailure(
          "the state file belongs to cluster \(state.cluster), not to \(cluster): "
            + "delete it to load everything into this one")
      }
      try source.skip(to: state.prefix)
    }
    self.client = client
    self.source = source
    self.inFlight = inFlight
    self.cluster = cluster
    self.statePath = statePath
    ledger = LoadLedger(resumingAt: state?.prefix ?? InputMark())
    skipped = ledger.prefix.records
  }

  /// Until the input ends, something fails for good, or the user interrupts. The state file is up
  /// to date whichever way it ends.
  mutating func run() async throws -> Result {
    do {
      try await sendAll()
    } catch {
      bar.clear()
      try saveState()
      throw error
    }
    bar.clear()
    try saveState()
    return Result(loaded: ledger.acknowledged, skipped: skipped, bytes: bytes)
  }

  private mutating func sendAll() async throws {
    let client = client
    try await withThrowingTaskGroup(of: LoadRecord.self) { group in
      var next = try source.next()
      while true {
        while let record = next, ledger.inFlight < inFlight, ledger.mayStart(record),
          !Interruption.isRequested
        {
          ledger.start(record)
          group.addTask { try await Self.send(record, client) }
          next = try source.next()
        }
        guard let record = try await group.next() else { break }
        ledger.acknowledge(record)
        bytes += UInt64(record.key.count + record.value.count)
        try report()
      }
    }
    if Interruption.isRequested {
      throw CommandFailure(
        "interrupted after \(Figures.grouped(ledger.prefix.records)) records"
          + (statePath == nil ? "" : ": run the same command to go on"))
    }
  }

  /// Putting the same value again changes nothing but the revision.
  private static func send(
    _ record: LoadRecord, _ client: KeyValueClient
  ) async throws(CommandFailure) -> LoadRecord {
    do throws(ClientError) {
      try await client.put(record.key, record.value, ifUnknown: .sendAgain)
      return record
    } catch {
      throw CommandFailure(
        "record \(record.number + 1): \(error.code.rawValue): \(error.message)",
        status: Departure.status(of: error))
    }
  }

  private mutating func report() throws(CommandFailure) {
    let count = ledger.acknowledged
    let share = source.size.map { Double(ledger.prefix.bytes) / Double(max(1, $0)) }
    let rate = Double(count) / max(0.001, (ContinuousClock.now - start) / .seconds(1))
    bar.update(
      share: share, "\(Figures.grouped(count)) records  \(Figures.grouped(Int(rate)))/s")
    if ContinuousClock.now - saved > .seconds(1) {
      try saveState()
      saved = .now
    }
  }

  private func saveState() throws(CommandFailure) {
    guard let statePath else { return }
    try LoadState(cluster: cluster, prefix: ledger.prefix).write(statePath)
  }
}
