internal import BinaryCodec
internal import ClientProtocol
internal import KeyValueClient
internal import RaftTypes

/// One snapshot on its way into a file. Its bytes are the same on every node, so where one fails
/// the next goes on.
struct SnapshotDownload {
  private let client: KeyValueClient
  private let position: LogPosition
  private let sources: [Endpoint]
  private let target: SnapshotTarget
  /// How long to go on without a byte.
  private let patience: Duration
  private var reached: UInt64 = 0
  private var size: UInt64?

  /// - Precondition: `sources` is not empty.
  init(
    _ client: KeyValueClient, _ position: LogPosition, from sources: [Endpoint],
    to target: SnapshotTarget, patience: Duration
  ) {
    precondition(!sources.isEmpty, "SnapshotDownload: nobody to ask")
    self.client = client
    self.position = position
    self.sources = sources
    self.target = target
    self.patience = patience
  }

  /// Until the file is whole; removes it when it cannot be.
  mutating func run() async throws {
    do {
      try await complete()
    } catch {
      target.cancel()
      throw error
    }
  }

  private mutating func complete() async throws {
    var progress = ProgressBar()
    defer { progress.clear() }
    var turn = 0
    var lastByte = ContinuousClock.now
    while reached != size {
      let before = reached
      do {
        try await fetch(from: sources[turn % sources.count], &progress)
        guard reached > before else {
          throw CommandFailure(
            "\(sources[turn % sources.count]) sent nothing of \(position): save again")
        }
      } catch let error as ClientError {
        if reached > before { lastByte = .now }
        // Everybody is asked once, however long the first of them was silent.
        guard turn + 1 < sources.count || .now - lastByte < patience else { throw error }
        turn += 1
        // A node that is behind has the snapshot a moment later.
        try await Task.sleep(for: .milliseconds(100))
      }
    }
  }

  private mutating func fetch(
    from source: Endpoint, _ progress: inout ProgressBar
  ) async throws {
    try await client.downloadSnapshot(position, from: reached, at: source) { part in
      guard part.position == position, part.offset == reached, size.map({ $0 == part.size }) ?? true
      else {
        throw CommandFailure("\(source) sent another file than \(position): save again")
      }
      try target.write(part.bytes, at: part.offset)
      size = part.size
      reached += UInt64(part.bytes.count)
      progress.update(
        share: Double(reached) / Double(max(1, part.size)), "\(Figures.bytes(reached)) saved")
    }
  }
}
