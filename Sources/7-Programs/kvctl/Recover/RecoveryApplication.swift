internal import BinaryCodec
internal import Determinism
internal import Glibc
internal import KeyValueStore
internal import PosixStorage
internal import RaftTypes
internal import WriteAheadLog

/// Writes what a plan keeps into the survivors' directories, as the first state of the next epoch.
struct RecoveryApplication {
  let plan: RecoveryPlan
  let state: RecoveredState
  /// The copies whose nodes are the voters of the new epoch.
  let survivors: [SurvivingCopy]
  /// Of the logs that are made; the nodes open them with their own.
  var options = LogOptions()

  /// - Parameter kept: ids of the nodes to go on with; nil: all whose directories were named.
  init(
    _ plan: RecoveryPlan, _ state: RecoveredState, keeping kept: [UInt64]?
  ) throws(CommandFailure) {
    self.plan = plan
    self.state = state
    let known = plan.copies.map { $0.node.number }
    if let stranger = kept?.first(where: { !known.contains($0) }) {
      throw CommandFailure(
        "--keep-node \(stranger): no directory of that node was named", status: .usage)
    }
    survivors = plan.copies.filter { kept?.contains($0.node.number) ?? true }
    for copy in survivors where plan.membership.members[copy.node] == nil {
      throw CommandFailure(
        "\(copy.directory): node \(copy.node.number) was no member of the cluster: leave it out")
    }
  }

  /// What the new epoch begins with. The voters' disks are new ones to it: what they promised in
  /// the old epoch means nothing here.
  func descriptor() -> SnapshotDescriptor {
    var chance = SystemRandomNumberGenerator()
    let members = survivors.compactMap { copy in
      plan.membership.members[copy.node]?.with(.none).on(DiskIncarnation(chance.next()))
    }
    return SnapshotDescriptor(
      position: plan.kept, logTime: state.store.appliedTime,
      membership: Membership(voters: members), cluster: plan.nextCluster,
      stateHash: state.store.stateHash)
  }

  /// Prepares the new data of every survivor, and then exchanges it for the old. May be repeated.
  func run() throws(CommandFailure) {
    try prepare()
    for copy in survivors { try Self.finish(copy.directory) }
  }

  /// The new data of every survivor, whole, beside the old, which is not touched.
  func prepare() throws(CommandFailure) {
    let descriptor = descriptor()
    for copy in survivors { try prepare(copy, descriptor) }
  }

  /// The new data of one.
  func prepare(
    _ copy: SurvivingCopy, _ descriptor: SnapshotDescriptor
  ) throws(CommandFailure) {
    guard let member = descriptor.membership.members[copy.node] else {
      preconditionFailure("RecoveryApplication: \(copy.node) is no member of the new epoch")
    }
    let identity = DiskIdentity(
      cluster: descriptor.cluster, node: copy.node, incarnation: member.incarnation)
    let view = state.store.view()
    do throws(LogFault) {
      let change = EpochChange(
        PosixFileSystem(root: copy.directory), epoch: descriptor.cluster.epoch)
      let place = try change.prepare()
      try WriteAheadLog.format(place, identity, from: descriptor, options) {
        writer throws(LogFault) in
        for chunk in SnapshotEncoder(view) { try writer.append(chunk[...]) }
      }
    } catch {
      if case .alreadyFormatted(let found) = error {
        throw CommandFailure(
          "\(copy.directory)/\(found.joined(separator: ", ")) holds what an earlier recovery put "
            + "aside: move it elsewhere first; nothing was changed")
      }
      throw CommandFailure(
        "cannot prepare \(copy.directory): \(error); no node's data was changed, repeat the command"
      )
    }
  }

  /// Exchanges prepared data for what is there.
  static func finish(_ directory: String) throws(CommandFailure) {
    do throws(LogFault) {
      guard let change = try EpochChange.found(on: PosixFileSystem(root: directory)) else {
        return
      }
      try change.complete()
      // Empty now; that it stays would do no harm.
      rmdir("\(directory)/\(change.prepared)")
    } catch {
      throw CommandFailure(
        "\(directory): \(error); the exchange is unfinished, repeat the command")
    }
  }
}
