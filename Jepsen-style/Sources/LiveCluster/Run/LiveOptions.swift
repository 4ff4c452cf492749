/// What a live run is asked for.
package struct LiveOptions: Sendable {
  /// What lies between the nodes.
  package enum NetworkKind: String, CaseIterable, Sendable {
    case proxy, netns
  }

  package var workload: WorkloadKind
  package var nemeses: [NemesisKind]
  /// How long clients ask; the last `recovery` seconds of it without faults.
  package var seconds: Int
  package var recovery = 5
  package var nodes: Int
  package var seed: UInt64
  package var network: NetworkKind
  /// The folder of the report.
  package var folder: String

  package init(
    workload: WorkloadKind, nemeses: [NemesisKind], seconds: Int, nodes: Int, seed: UInt64,
    network: NetworkKind, folder: String
  ) {
    self.workload = workload
    self.nemeses = nemeses
    self.seconds = seconds
    self.nodes = nodes
    self.seed = seed
    self.network = network
    self.folder = folder
  }
}
