/// What the cluster leaves on a host when it has stopped, and whether the host kept its own.
enum HostRemains {
  /// Nothing, or a line for each thing that should not be there.
  static func find(_ lab: Lab) throws(LiveFailure) -> [String] {
    var found: [String] = []
    for host in lab.plan.hosts {
      let name = LabPlan.host(host)
      let expected = [LabPlan.publicAddress(host) + "/24", LabPlan.privateAddress(host) + "/24"]
      let addresses = try Self.addresses(on: name)
      found += addresses.filter { !expected.contains($0) }.map { "\(name): address \($0)" }
      found += expected.filter { !addresses.contains($0) }.map { "\(name): lost \($0)" }
      let tables = try Command.run(LabSegment.enter(name) + ["nft", "list", "tables"])
      found += tables.split(separator: "\n").map { "\(name): \($0)" }
      let rules = try Command.run(["ip", "-n", name, "rule"]).split(separator: "\n")
      // local, main and default.
      if rules.count > 3 { found += rules.map { "\(name): rule \($0)" } }
    }
    return found
  }

  /// Whether the host has its own address now.
  static func hasOwnAddress(_ host: Int) throws(LiveFailure) -> Bool {
    try addresses(on: LabPlan.host(host)).contains(LabPlan.publicAddress(host) + "/24")
  }

  // 2: eth0    inet 10.77.0.11/24 scope global eth0 …
  private static func addresses(on name: String) throws(LiveFailure) -> [String] {
    let listing = try Command.run(["ip", "-n", name, "-o", "-4", "address", "show"])
    return listing.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count > 3, words[1] != "lo" else { return nil }
      return String(words[3])
    }
  }
}
