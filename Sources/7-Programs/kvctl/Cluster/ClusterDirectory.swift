internal import ArgumentParser

/// Which local cluster.
struct ClusterDirectory: ParsableArguments {
  @Option(help: ArgumentHelp("The directory that holds n1, n2, …", valueName: "dir"))
  var data = Self.defaultData

  static let defaultData = "quoin-data"
}
