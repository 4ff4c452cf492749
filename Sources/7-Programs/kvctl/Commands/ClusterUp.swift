internal import ArgumentParser
internal import KeyValueClient

struct ClusterUp: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up", abstract: "Starts a cluster, creating it the first time.",
    discussion: """
      Stays in the foreground until Ctrl-C, which stops what it started; --detach returns once the \
      cluster serves. Nothing restarts a node that died: --node K does. Output of node K: \
      DIR/nK/kvnode.log.
      """)

  @OptionGroup var place: ClusterDirectory
  @OptionGroup var layout: LayoutOptions
  @Flag(help: "Stop what runs there, delete all data, and create the cluster anew.")
  var fresh = false
  @Flag(help: "Return once the cluster serves.")
  var detach = false
  @Option(help: ArgumentHelp("Start only this node, and return.", valueName: "k"))
  var node: UInt64?
  @Flag(help: "With --node: on a directory without data, for a new member or a lost disk.")
  var empty = false
  @Option(
    help: ArgumentHelp(
      "The kvnode program; default: beside kvctl, else in PATH.", valueName: "path"))
  var kvnode: String?

  func validate() throws {
    guard node == nil || !fresh else {
      throw ValidationError("--node and --fresh exclude each other.")
    }
    guard node != nil || !empty else {
      throw ValidationError("--empty says how to start the node that --node names.")
    }
  }

  func run() async throws {
    let program = try kvnode ?? ChildProcess.find("kvnode")
    Interruption.watch()
    let directory = try LocalCluster.absolute(place.data)
    if fresh {
      let shutdown = ClusterShutdown(directories: try LocalCluster.nodeDirectories(directory))
      _ = try await shutdown.run()
      try DirectoryRemoval.remove(directory)
    }
    let cluster = try existingOrNew(directory)
    var start = ClusterStart(cluster, kvnode: program)
    if let node, empty { return try await startEmpty(cluster.emptyNode(node), &start) }
    if let node { return try await startOne(cluster.node(node), &start) }
    do {
      try start.start(cluster.nodes)
      try await start.waitUntilServing()
    } catch {
      // What was started for a cluster that does not serve is of no use to anybody.
      try await stop(start)
      throw error
    }
    try greet(cluster)
    if !detach { try await stayInForeground(start) }
  }

  private func existingOrNew(_ directory: String) throws(CommandFailure) -> LocalCluster {
    let cluster = try LocalCluster(directory: directory)
    guard cluster.nodes.isEmpty else {
      if let nodes = layout.nodes, nodes != cluster.nodes.count {
        throw CommandFailure(
          "\(directory) is a cluster of \(cluster.nodes.count), not \(nodes): leave --nodes out, "
            + "or --fresh to create it anew", status: .usage)
      }
      return cluster
    }
    guard node == nil else {
      throw CommandFailure(
        "\(directory) holds no cluster: start it without --node first", status: .usage)
    }
    try ClusterCreation(directory: directory, nodes: layout.files(in: directory)).run()
    return try LocalCluster(directory: directory)
  }

  private func startOne(_ node: LocalCluster.Node, _ start: inout ClusterStart) async throws {
    if let pid = try node.holder() {
      throw CommandFailure("node \(node.file.id) runs already, as process \(pid)")
    }
    try start.start([node])
    try await start.waitUntilJoined(node)
    var printer = Printer()
    try printer.line("node \(node.file.id) is back at \(node.file.client)")
    try printer.flush()
  }

  private func startEmpty(_ node: LocalCluster.Node, _ start: inout ClusterStart) async throws {
    if let pid = try node.holder() {
      throw CommandFailure("node \(node.file.id) runs already, as process \(pid)")
    }
    try start.start([node])
    try await start.waitUntilWaiting(node)
    let file = node.file
    var printer = Printer()
    for line in [
      "node \(file.id) waits on an empty disk at \(file.client)", "",
      "  a member that lost its disk is filled without a word; a new one is taken in by",
      "  kvctl member add \(file.id) --peer \(file.peer) --client \(file.client)", "",
    ] { try printer.line(line) }
    try printer.flush()
  }

  private func greet(_ cluster: LocalCluster) throws(OutputFault) {
    let entry = cluster.endpoints[0]
    let data = place.data == ClusterDirectory.defaultData ? "" : " --data \(place.data)"
    let usual = Endpoint.localCluster.starts(with: cluster.endpoints)
    let option =
      usual ? "" : " --endpoints \(cluster.endpoints.map(\.description).joined(separator: ","))"
    var printer = Printer()
    for line in [
      "the cluster serves at \(entry)", "",
      "  kvctl put\(option) greeting hello",
      "  kvctl get\(option) greeting",
      "  kvctl status\(option)",
      "  curl http://\(entry)/v1/kv/greeting",
      "  kvctl cluster down\(data)", "",
    ] { try printer.line(line) }
    try printer.flush()
  }

  private func stayInForeground(_ start: ClusterStart) async throws {
    var running = start.children
    while !Interruption.isRequested, !running.isEmpty {
      try? await Task.sleep(for: .milliseconds(100))
      running.removeAll { node, process in
        guard let ending = process.ending() else { return false }
        Terminal.complain(
          "node \(node.file.id) ended with \(ending); start it again: kvctl cluster up --data "
            + "\(place.data) --node \(node.file.id)")
        return true
      }
    }
    guard Interruption.isRequested else {
      throw CommandFailure("no node that was started here runs any more")
    }
    try await stop(start)
  }

  /// Ends everything that runs on the directories: a node that was started again meanwhile belongs
  /// to the cluster too.
  private func stop(_ start: ClusterStart) async throws {
    let directories = start.cluster.nodes.map(\.directory)
    let (ended, _) = try await ClusterShutdown(directories: directories).run()
    Terminal.write("stopped \(ended) nodes\n", to: .error)
  }
}
