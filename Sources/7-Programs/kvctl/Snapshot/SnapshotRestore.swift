internal import ArgumentParser
internal import Glibc
internal import KeyValueClient
internal import RaftTypes

struct SnapshotRestore: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Makes the data directories of a cluster from a snapshot.",
    discussion: """
      Without --node it makes DIR/n1, DIR/n2, … for all members, for kvctl cluster up or to be \
      copied to their machines. With --node it makes DIR for one of them; the command for the \
      others is printed, and the same file must be given to all.

      The restored cluster is the old one in a later epoch: old members are refused by it. Only \
      directories that are empty, or do not exist, are written.
      """)

  @Argument(help: "A file of snapshot save, or of a node's folder snapshots/.")
  var file: String
  @Option(help: "The directory to make.")
  var data: String
  @Option(
    help: ArgumentHelp(
      "All members, with their addresses for peers and for clients.",
      valueName: "id=host:port/host:port,…"))
  var members: String
  @Option(help: ArgumentHelp("Make the directory of this node only.", valueName: "id"))
  var node: UInt64?
  @Option(
    help: ArgumentHelp(
      "With --node: as the first of these commands printed it; good for a day.", valueName: "id"))
  var restoreId: String?
  @Option(help: "The epoch to begin; default: the one after the snapshot's.")
  var epoch: UInt64?
  @Flag(help: "Begin a cluster of its own, beside the old one.")
  var newCluster = false
  @Option(
    help: ArgumentHelp(
      "Without --node: the virtual address, in loopback mode.", valueName: "host:port"))
  var vip: String?

  func validate() throws {
    guard epoch == nil || !newCluster else {
      throw ValidationError("--epoch and --new-cluster exclude each other.")
    }
    guard restoreId == nil || node != nil else {
      throw ValidationError("--restore-id belongs to --node.")
    }
    guard vip == nil || node == nil else {
      throw ValidationError("--vip is for a cluster on one machine, without --node.")
    }
    guard vip.map({ Endpoint($0) != nil }) ?? true else {
      throw ValidationError("--vip must be host:port.")
    }
  }

  func run() throws {
    let source = try SnapshotSource(file)
    let list = try MemberList(members)
    let id = try chosenID()
    let plan = try RestorePlan(
      source.descriptor, list, id, as: newCluster ? .new : .later(epoch: epoch))
    let restoration = Restoration(source: source, plan: plan)
    var printer = Printer()
    if let node {
      try restoration.make(data, node: node)
      try printer.line("made \(data): node \(node) of cluster \(plan.descriptor.cluster)")
      let others = list.members.map(\.id).filter { $0 != node }
      if restoreId == nil, let other = others.first {
        try printer.line(
          "next       on the machines of nodes \(others.map(String.init).joined(separator: ", ")), "
            + "within a day and once each:")
        try printer.line("           \(command(for: other, id, list))")
      }
    } else {
      try restoration.makeAll(in: data, list, virtualAddress: vip.flatMap { Endpoint($0) })
      let nodes = list.members.map { "n\($0.id)" }.joined(separator: ", ")
      try printer.line("made \(data): \(nodes) of cluster \(plan.descriptor.cluster)")
      try printer.line("next       kvctl cluster up --data \(data), or copy each to its machine")
    }
    try printer.flush()
  }

  private func chosenID() throws(CommandFailure) -> RestoreID {
    let now = UInt32(clamping: time(nil))
    guard let restoreId else {
      return RestoreID(second: now, chance: .random(in: .min ... .max))
    }
    guard let id = RestoreID(restoreId) else {
      throw CommandFailure(
        "--restore-id is as the command for the first node printed it", status: .usage)
    }
    guard id.isFresh(at: now) else {
      throw CommandFailure(
        "--restore-id \(restoreId) is older than a day: a node that lost its disk since is "
          + "replaced with kvctl member replace; to restore the whole cluster, begin with its "
          + "first node, without --restore-id")
    }
    return id
  }

  private func command(for other: UInt64, _ id: RestoreID, _ list: MemberList) -> String {
    let which = newCluster ? " --new-cluster" : epoch.map { " --epoch \($0)" } ?? ""
    return "kvctl snapshot restore \(file) --data DIR --node \(other) --members \(list.text) "
      + "--restore-id \(id.text)\(which)"
  }
}
