internal import Glibc

/// keepalived on one host of the lab.
struct Keepalived {
  static let address = "10.77.0.101"
  static var isInstalled: Bool { Command.exists("keepalived") }

  let host: Int
  private let folder: String

  init(_ host: Int, in folder: String) {
    self.host = host
    self.folder = folder
  }

  private var process: LabProcess { LabProcess("keepalived", in: folder + "/h\(host)") }

  func start() throws(LiveFailure) {
    let home = folder + "/h\(host)"
    try Folder.make(home)
    try TextFile.write(configuration, to: home + "/keepalived.conf")
    try process.start(
      LabSegment.enter(LabPlan.host(host)) + [
        Self.program, "--vrrp", "--dont-fork", "--log-console",
        "--use-file", home + "/keepalived.conf", "--pid", home + "/parent.pid", "--vrrp_pid",
        home + "/vrrp.pid",
      ])
  }

  private static var program: String {
    ["/usr/sbin/keepalived", "/sbin/keepalived", "/usr/bin/keepalived"].first {
      access($0, X_OK) == 0
    } ?? "keepalived"
  }

  /// Its own processes: the parent, and the one that speaks VRRP.
  var pids: [pid_t] {
    let child = pid_t(TextFile.read(folder + "/h\(host)/vrrp.pid").prefix { $0.isNumber })
    return [process.pid, child].compactMap(\.self)
  }

  func signal(_ number: Int32) { for pid in pids { kill(pid, number) } }

  /// Ends it, and takes away what it leaves.
  func remove() {
    signal(SIGCONT)
    let left = pids
    process.stop()
    for pid in left { kill(pid, SIGKILL) }
    _ = try? Command.run(
      ["ip", "-n", LabPlan.host(host), "address", "del", Self.address + "/32", "dev", "eth0"])
  }

  private var configuration: String {
    """
    global_defs {
      router_id h\(host)
    }
    vrrp_instance demo {
      state BACKUP
      nopreempt
      interface eth0
      virtual_router_id 77
      priority \(100 + host)
      advert_int 1
      virtual_ipaddress {
        \(Self.address)/32 dev eth0
      }
    }

    """
  }
}
