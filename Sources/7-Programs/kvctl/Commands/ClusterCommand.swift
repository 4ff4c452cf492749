internal import ArgumentParser

struct ClusterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cluster", abstract: "Creates, starts and stops a cluster on this machine.",
    subcommands: [Init.self, ClusterUp.self, Down.self])

  struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Creates a cluster: formats a data directory for each node.",
      discussion: """
        Refuses, and changes nothing, where any node has data already: a cluster that lost its \
        disks must not come back as a new, empty one. There is no option that overrides this.
        """)

    @OptionGroup var place: ClusterDirectory
    @OptionGroup var layout: LayoutOptions

    func run() async throws {
      let directory = try LocalCluster.absolute(place.data)
      let creation = ClusterCreation(directory: directory, nodes: layout.files(in: directory))
      try creation.run()
      var printer = Printer()
      try printer.line("created a cluster of \(creation.nodes.count) in \(directory)")
      try printer.line("start it:  kvctl cluster up --data \(place.data)")
      try printer.flush()
    }
  }

  struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Stops every kvnode that runs on these data directories.",
      discussion: "However it was started. SIGTERM first; SIGKILL for what is there 10 s later.")

    @OptionGroup var place: ClusterDirectory

    func run() async throws {
      let directory = try LocalCluster.absolute(place.data)
      let shutdown = ClusterShutdown(directories: try LocalCluster.nodeDirectories(directory))
      let (ended, killed) = try await shutdown.run()
      var printer = Printer()
      try printer.line(ended == 0 ? "nothing was running" : "stopped \(ended) nodes")
      if !killed.isEmpty {
        let pids = killed.map(String.init).joined(separator: ", ")
        try printer.line("killed, because they did not stop: \(pids)")
      }
      try printer.flush()
    }
  }
}
