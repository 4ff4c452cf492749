internal import Glibc

/// One fault at the host that keepalived has made master, and what the segment saw.
struct KeepalivedTrial {
  struct Outcome {
    var hasTwoHolders: Bool
    /// The longest time in which nobody answered for the address, in nanoseconds.
    var absence: UInt64
  }

  private let lab: Lab
  private let folder: String
  private let routers: [Keepalived]

  init(_ lab: Lab, in folder: String) throws(LiveFailure) {
    self.lab = lab
    self.folder = folder
    try Folder.make(folder)
    routers = lab.plan.hosts.map { Keepalived($0, in: folder) }
  }

  func run(_ kind: FailoverKind) async throws -> Outcome {
    defer { for router in routers { router.remove() } }
    for router in routers { try router.start() }
    let log = folder + "/segment.ndjson"
    try TextFile.write("", to: log)
    let janitor = try Janitor(log: folder + "/janitor.log")
    let watch = try SegmentWatch(
      lab, address: Keepalived.address, log: log, group: janitor.group)
    // Its first election takes three adverts and a skew: then the one of highest priority rules.
    try await Task.sleep(for: .seconds(8))
    guard let master = try routers.first(where: { try holds($0.host) }) else {
      throw LiveFailure("keepalived has no master: see \(folder)")
    }
    let begin = BootClock.now
    try inject(kind, at: master)
    try await Task.sleep(for: .seconds(6))
    if kind == .linkDown { try setLink(master.host, "up") }
    _ = await watch.end()
    let seen = watch.findings.filter { $0.at >= begin }
    return Outcome(
      hasTwoHolders: seen.contains { $0.name == "two_holders" },
      absence: seen.filter { $0.name == "nobody" }.map { $0.at - $0.begin }.max() ?? 0)
  }

  private func inject(_ kind: FailoverKind, at master: Keepalived) throws(LiveFailure) {
    switch kind {
    case .kill, .killBoth: master.signal(SIGKILL)
    case .freeze: master.signal(SIGSTOP)
    case .linkDown: try setLink(master.host, "down")
    case .partition, .oneWay, .transfer:
      preconditionFailure("KeepalivedTrial: no \(kind) is shown")
    }
  }

  private func setLink(_ host: Int, _ state: String) throws(LiveFailure) {
    _ = try Command.run(
      ["ip", "-n", LabPlan.segment, "link", "set", "dev", LabPlan.publicPort(host), state])
  }

  private func holds(_ host: Int) throws(LiveFailure) -> Bool {
    try Command.run(["ip", "-n", LabPlan.host(host), "-o", "address", "show", "dev", "eth0"])
      .contains(Keepalived.address + "/")
  }
}
