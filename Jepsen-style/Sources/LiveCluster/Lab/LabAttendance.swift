internal import ClientProtocol
internal import Glibc
internal import KeyValueClient
internal import RaftTypes

/// What the nodes of a lab say of themselves, asked from its client.
package struct LabAttendance: Sendable {
  private let lab: Lab

  package init(_ lab: Lab) { self.lab = lab }

  /// Until a linearizable read is answered at the cluster's door, asked from the client's host.
  package func serves() async throws {
    let words =
      LabSegment.enter(LabPlan.client)
      + [lab.kvctl, "--endpoints", "\(lab.plan.door)", "--timeout", "1s", "ls", "--count"]
    var complaint = ""
    for _ in 0..<60 {
      do {
        _ = try Command.run(words)
        return
      } catch { complaint = "\(error)" }
      if let dead = lab.plan.hosts.first(where: { !lab.node($0).isRunning }) {
        throw LiveFailure(
          "kvnode of h\(dead) ended: \(TextFile.read(lab.node(dead).log).suffix(500))")
      }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw LiveFailure("the lab did not serve: \(complaint)")
  }
}
