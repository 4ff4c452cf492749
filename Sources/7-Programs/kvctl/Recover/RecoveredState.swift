internal import ClientProtocol
internal import KeyValueStore
internal import PosixStorage
internal import RaftTypes
internal import Replica
internal import WriteAheadLog

/// The state that a plan leads to: its snapshot, and every entry behind it applied, as a node
/// would.
struct RecoveredState {
  let store: Store

  init(_ plan: RecoveryPlan) throws(CommandFailure) {
    var store =
      try plan.start.map { start throws(CommandFailure) in
        try Self.load(start.file, in: plan.copies[start.copy].directory)
      } ?? Store()
    for entry in plan.entries { _ = store.apply(entry) }
    self.store = store
  }

  private static func load(
    _ file: SnapshotFile, in directory: String
  ) throws(CommandFailure) -> Store {
    do {
      return try SnapshotLoading.load(
        file.path, on: PosixFileSystem(root: directory, access: .readOnly))
    } catch {
      throw CommandFailure("\(directory)/\(file.path) cannot be loaded: \(error.sentence)")
    }
  }
}

extension SnapshotLoading.Fault {
  /// For people.
  var sentence: String {
    switch self {
    case .file(let fault): "\(fault)"
    case .content(.hashMismatch(let expected, let actual)):
      "its state has the hash \(String(actual, radix: 16)), it names "
        + "\(String(expected, radix: 16)): this is not the state that the cluster had"
    case .content(let fault): "it is no snapshot of a store: \(fault)"
    }
  }
}
