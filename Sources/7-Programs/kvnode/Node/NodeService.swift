import Determinism
import Glibc
import KeyValueStore
import Logging
import NIOCore
import NIOPosix
import NodeRuntime
import PeerSockets
import PosixStorage
import RaftTypes
import Replica
import ServiceLifecycle
import WriteAheadLog

/// The life of a node's process: take the directory, recover, serve, hand over, stop.
struct NodeService: Service {
  let configuration: NodeConfiguration
  let log: Logger

  func run() async throws {
    let files = PosixFileSystem(root: configuration.data)
    try StartFault.naming("the data directory \(configuration.data)") { try files.makeRoot() }
    let lock = try DirectoryLock(directory: configuration.data)
    defer { withExtendedLifetime(lock) {} }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    do {
      while case .takenIn(let cluster, let disk) = try await serve(files, on: group.next()) {
        try StartFault.naming("the data directory \(configuration.data)") {
          try WriteAheadLog.format(
            files, DiskIdentity(cluster: cluster, node: configuration.id, incarnation: disk),
            genesis: nil)
        }
      }
    } catch {
      try await group.shutdownGracefully()
      throw error
    }
    try await group.shutdownGracefully()
  }

  private func serve(
    _ files: PosixFileSystem, on loop: any EventLoop
  ) async throws -> NodeEnding {
    let ended = loop.makePromise(of: NodeEnding.self)
    let node = try await opened(files, on: loop, ended: ended)
    do {
      try await loop.flatSubmit { node.value.listen() }.get()
    } catch {
      ended.succeed(.stopped)
      throw error
    }
    ServiceManager.serving(on: loop)
    let ending = try await withGracefulShutdownHandler {
      try await ended.futureResult.get()
    } onGracefulShutdown: {
      ServiceManager.stopping()
      loop.execute { node.value.stop() }
    }
    try await loop.flatSubmit { node.value.close() }.get()
    return ending
  }

  /// The node on what the directory holds.
  ///
  /// Apart from `serve`, so that what was recovered goes with this frame. A state that somebody
  /// keeps counts as one being read: for as long as the node lives nothing that it shares with the
  /// current state is freed, whatever is compacted.
  private func opened(
    _ files: PosixFileSystem, on loop: any EventLoop, ended: EventLoopPromise<NodeEnding>
  ) async throws -> NIOLoopBound<any RunningNode> {
    // The directory's lock says that every former life of it has ended.
    let began = ReplicaLoop<PosixFileSystem, PeerHub>.now()
    var random = SystemRandomNumberGenerator()
    var state: Result<Store, SnapshotFault>?
    let opening = try WriteAheadLog.open(
      files, renewal: DiskIncarnation(random.next())
    ) { reader throws(LogFault) in
      state = try SnapshotLoading.read(&reader)
    }
    switch opening {
    case .unformatted:
      let disk = DiskIncarnation(random.next())
      return try await loop.submit { [configuration, log] in
        NIOLoopBound(
          WaitingNode(configuration, as: disk, on: loop, ended: ended, log: log), eventLoop: loop)
      }.get()
    case .opened(let wal, let recovery):
      guard recovery.identity.node == configuration.id else {
        throw StartFault.otherNode(
          configuration.data, holds: recovery.identity.node, wanted: configuration.id)
      }
      for note in recovery.notes { log.warning("recovery: \(note.sentence)") }
      if !files.passesPageCache("lock") {
        log.warning(
          """
          the file system of \(configuration.data) does not let the log pass the page cache \
          (O_DIRECT): it serves all the same, and each write costs more; ext4 and XFS let it
          """)
      }
      let store =
        try recovery.snapshot.map { snapshot in
          try StartFault.naming("the snapshot \(snapshot.path)") { try state?.get() }
        } ?? nil
      let disk = RecoveredDisk(
        files: files, log: wal, recovery: recovery, store: store ?? Store(), began: began)
      return try await loop.submit { [configuration, log] in
        NIOLoopBound(
          try Node(configuration, disk, on: loop, ended: ended, log: log), eventLoop: loop)
      }.get()
    }
  }
}

/// Why a node does not go on as it was.
enum NodeEnding: Sendable {
  /// It was told to.
  case stopped
  /// It waited on an empty disk, and this cluster has taken that in under this name.
  case takenIn(ClusterID, DiskIncarnation)
}

/// What the process keeps running; on its loop.
protocol RunningNode: AnyObject {
  /// Binds the addresses; fails when one is taken.
  func listen() -> EventLoopFuture<Void>
  /// Begins a clean stop; the promise given at the start completes when it is done.
  func stop()
  /// Closes what is still open.
  func close() -> EventLoopFuture<Void>
}

/// A log and what was in it. Unchecked: made by the starting thread, used by the storage thread
/// alone.
struct RecoveredDisk: @unchecked Sendable {
  let files: PosixFileSystem
  let log: WriteAheadLog<PosixFileSystem>
  let recovery: Recovery
  /// The state of the recovery's snapshot; empty without one.
  let store: Store
  /// When this life of the node began.
  let began: Instant
}
