internal import Glibc

/// Bridges, cables and hosts of a lab, in the kernel.
enum LabSegment {
  /// Lays out all of it; nothing of it may be there.
  static func build(_ plan: LabPlan) throws(LiveFailure) {
    for name in plan.namespaces {
      _ = try Command.run(["ip", "netns", "add", name])
      _ = try Command.run(["ip", "-n", name, "link", "set", "lo", "up"])
    }
    for bridge in [LabPlan.publicBridge, LabPlan.privateBridge] {
      _ = try Command.run(
        ["ip", "-n", LabPlan.segment, "link", "add", "name", bridge, "type", "bridge"])
      _ = try Command.run(["ip", "-n", LabPlan.segment, "link", "set", "dev", bridge, "up"])
    }
    try connect(LabPlan.client, "eth0", "10.77.0.200/24", LabPlan.publicBridge, "pub-cl")
    try connect(LabPlan.observer, "eth0", "10.77.0.250/24", LabPlan.publicBridge, "pub-ob")
    for host in plan.hosts {
      try connect(
        LabPlan.host(host), "eth0", LabPlan.publicAddress(host) + "/24", LabPlan.publicBridge,
        LabPlan.publicPort(host))
      try connect(
        LabPlan.host(host), "eth1", LabPlan.privateAddress(host) + "/24",
        LabPlan.privateBridge, LabPlan.privatePort(host))
    }
  }

  /// A cable from `name`'s interface to a port of the bridge.
  private static func connect(
    _ name: String, _ interface: String, _ address: String, _ bridge: String, _ port: String
  ) throws(LiveFailure) {
    let segment = ["ip", "-n", LabPlan.segment, "link"]
    _ = try Command.run(
      segment + ["add", "name", port, "type", "veth", "peer", "name", interface, "netns", name])
    _ = try Command.run(segment + ["set", "dev", port, "master", bridge, "up"])
    _ = try Command.run(["ip", "-n", name, "address", "add", address, "dev", interface])
    _ = try Command.run(["ip", "-n", name, "link", "set", "dev", interface, "up"])
  }

  /// The lab's namespaces that exist.
  static var present: [String] {
    let names = Folder.names(in: "/run/netns")
    return LabPlan.allNamespaces.filter(names.contains)
  }

  /// Kills what runs in the lab's namespaces and takes them away, however much of it is left.
  static func remove() throws(LiveFailure) {
    for name in present {
      for pid in try pids(in: name) { kill(pid, SIGKILL) }
    }
    for name in present {
      // Its processes must be gone: they would keep the namespace alive without its name.
      Patience.wait(5000) { (try? pids(in: name).isEmpty) ?? true }
      _ = try Command.run(["ip", "netns", "delete", name])
    }
  }

  static func pids(in name: String) throws(LiveFailure) -> [pid_t] {
    try Command.run(["ip", "netns", "pids", name]).split(separator: "\n").compactMap { pid_t($0) }
  }

  /// Words that run what follows in a namespace, in the same process.
  static func enter(_ name: String) -> [String] { ["ip", "netns", "exec", name] }
}
