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
    for cable in cables(plan) { try connect(cable) }
  }

  /// From an interface of a host to a port of a bridge.
  private struct Cable {
    let host: String
    let interface: String
    let hardware: String
    let address: String
    let bridge: String
    let port: String
  }

  private static func cables(_ plan: LabPlan) -> [Cable] {
    let others = [
      Cable(
        host: LabPlan.client, interface: "eth0", hardware: "02:00:0a:4d:00:c8",
        address: "10.77.0.200/24", bridge: LabPlan.publicBridge, port: "pub-cl"),
      Cable(
        host: LabPlan.observer, interface: "eth0", hardware: "02:00:0a:4d:00:fa",
        address: "10.77.0.250/24", bridge: LabPlan.publicBridge, port: "pub-ob"),
    ]
    return others
      + plan.hosts.flatMap { number in
        [
          Cable(
            host: LabPlan.host(number), interface: "eth0",
            hardware: LabPlan.hardwareAddress(number),
            address: LabPlan.publicAddress(number) + "/24", bridge: LabPlan.publicBridge,
            port: LabPlan.publicPort(number)),
          Cable(
            host: LabPlan.host(number), interface: "eth1", hardware: "02:00:0a:4e:00:1\(number)",
            address: LabPlan.privateAddress(number) + "/24", bridge: LabPlan.privateBridge,
            port: LabPlan.privatePort(number)),
        ]
      }
  }

  private static func connect(_ cable: Cable) throws(LiveFailure) {
    let segment = ["ip", "-n", LabPlan.segment, "link"]
    let inside = ["ip", "-n", cable.host]
    _ = try Command.run(
      segment + [
        "add", "name", cable.port, "type", "veth", "peer", "name", cable.interface, "address",
        cable.hardware, "netns", cable.host,
      ])
    _ = try Command.run(segment + ["set", "dev", cable.port, "master", cable.bridge, "up"])
    _ = try Command.run(inside + ["address", "add", cable.address, "dev", cable.interface])
    _ = try Command.run(inside + ["link", "set", "dev", cable.interface, "up"])
  }

  /// The lab's namespaces that exist.
  static var present: [String] {
    let names = Folder.names(in: "/run/netns")
    return LabPlan.allNamespaces.filter(names.contains)
  }

  /// The folder of a lab whose nodes run on these hosts, if it is not that one: a machine has room
  /// for one lab.
  static func folderOfAnother(than folder: String) throws(LiveFailure) -> String? {
    for name in present {
      for pid in try pids(in: name) {
        let words = TextFile.read("/proc/\(pid)/cmdline").split(separator: "\0")
        guard let file = words.last, file.hasSuffix("/kvnode.yaml") else { continue }
        let home = String(file.dropLast("/h1/kvnode.yaml".count))
        if home != folder { return home }
      }
    }
    return nil
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

  /// Starts this program again in the client's network, in this process, with the same arguments;
  /// returns only when it is there already.
  static func becomeClient() throws(LiveFailure) {
    let path = "/run/netns/\(LabPlan.client)"
    var own = stat()
    var clients = stat()
    guard stat(path, &clients) == 0, stat("/proc/self/ns/net", &own) == 0 else {
      throw TextFile.failure("stat", path)
    }
    guard own.st_ino != clients.st_ino else { return }
    guard let program = Programs.ownPath else { throw LiveFailure("/proc is not mounted") }
    let words = ["nsenter", "--net=\(path)", "--", program] + CommandLine.arguments.dropFirst()
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    argv.append(nil)
    execvp("nsenter", argv)
    throw TextFile.failure("exec", "nsenter")
  }

  /// Words that run what follows in a namespace, in the same process.
  static func enter(_ name: String) -> [String] { ["ip", "netns", "exec", name] }
}
