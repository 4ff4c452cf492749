internal import Determinism
internal import PosixStorage
internal import RaftTypes
internal import WriteAheadLog

/// What an earlier `recover apply` left in the directories, and what that means for this one.
///
/// The new data of all survivors is whole before that of the first takes its place. So where one
/// directory has none yet, none has changed, and everything may begin anew; where all have it, it
/// was decided, and is finished as it was decided.
struct PreparedEpoch {
  /// One directory named on the command line.
  struct Place: Equatable {
    let directory: String
    let node: NodeID
    /// Of the data that is in force; nil while it is being exchanged.
    let cluster: ClusterID?
    /// Of the data that waits to take its place; nil when none does.
    let prepared: SnapshotDescriptor?
  }

  enum Verdict: Equatable {
    /// Nothing has changed: plan, and prepare everything.
    case anew
    /// Only these directories are left to be exchanged.
    case finish([String])
  }

  /// Throws, saying what to do, when the directories contradict each other.
  static func judge(_ places: [Place]) throws(CommandFailure) -> Verdict {
    guard let decided = places.compactMap(\.prepared).first else { return .anew }
    let waiting = places.filter { $0.prepared != nil }
    guard waiting.allSatisfy({ $0.prepared == decided }) else {
      throw CommandFailure(
        "the directories wait for different new data: name those of one recovery")
    }
    let members = decided.membership.members.keys
    let named = places.filter { members.contains($0.node) }
    let isUnderWay = places.contains { $0.cluster == nil || $0.cluster == decided.cluster }
    let missing = members.filter { id in !named.contains { $0.node == id } }
    guard missing.isEmpty || isUnderWay else {
      throw CommandFailure(
        "an earlier apply was interrupted, for nodes "
          + "\(members.map { "\($0.number)" }.joined(separator: ", ")): name the directories of "
          + "all of them, and it is finished or begun anew")
    }
    let isWhole = named.allSatisfy { $0.prepared != nil || $0.cluster == decided.cluster }
    guard isWhole else {
      guard !isUnderWay else {
        let epoch = decided.cluster.epoch
        throw CommandFailure(
          "some of these directories are of epoch \(epoch) already, and others have nothing "
            + "prepared: name those with a folder epoch-\(epoch).new alone; wipe the others and "
            + "add their nodes again once the cluster serves")
      }
      return .anew
    }
    return .finish(waiting.map(\.directory))
  }
}

extension PreparedEpoch.Place {
  /// Reads what stands in `directory`.
  init(reading directory: String) throws(CommandFailure) {
    let files = PosixFileSystem(root: directory)
    do throws(LogFault) {
      let change = try EpochChange.found(on: files)
      let prepared = try change?.snapshot()
      if let change, try change.stage() == .interrupted {
        self.init(
          directory: directory, node: try change.identity().node, cluster: nil, prepared: prepared)
      } else {
        let identity = try LogContents.identity(files)
        self.init(
          directory: directory, node: identity.node, cluster: identity.cluster, prepared: prepared)
      }
    } catch {
      if case .file(.notFound) = error {
        throw CommandFailure(
          "\(directory) is no data directory of a node: name DIR/nK, and leave empty ones out")
      }
      throw CommandFailure("\(directory): \(error)")
    }
  }
}
