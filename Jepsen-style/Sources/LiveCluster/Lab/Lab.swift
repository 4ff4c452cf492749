internal import Glibc
internal import KeyValueClient
internal import RaftTypes

/// A real segment on one machine, and a cluster in it: `scripts/lab`.
///
/// What runs is found in the kernel and by pid files, never remembered, so that every command can
/// start from whatever an earlier one, or a crash, has left.
package struct Lab: Sendable {
  package let plan: LabPlan
  private let folder: String
  private let programs: Programs

  /// - Parameter folder: of disks, logs, pid files; absolute. It goes with the lab.
  package init(_ plan: LabPlan, in folder: String, _ programs: Programs) {
    self.plan = plan
    self.folder = folder
    self.programs = programs
  }

  /// The lab that stands now; nil when none does.
  package static func standing(in folder: String, _ programs: Programs) -> Lab? {
    guard let plan = LabPlan(text: TextFile.read(folder + "/plan")),
      LabSegment.present.count == plan.namespaces.count
    else { return nil }
    return Lab(plan, in: folder, programs)
  }

  /// Why this machine or this user cannot have a lab; nil when it can be.
  package static var obstacle: String? {
    guard geteuid() == 0 else { return "the lab makes network namespaces: run it as root" }
    let needed = ["ip", "nft", "nsenter", "setpriv", "setsid", "unshare"]
    let missing = needed.filter { !Command.exists($0) }
    guard missing.isEmpty else {
      return "missing programs: \(missing.joined(separator: ", ")) "
        + "(Debian: iproute2, nftables, util-linux)"
    }
    // The root of a container may be refused.
    guard (try? Command.run(["unshare", "--net", "--mount", "true"])) != nil else {
      return "this root may not make network namespaces: the container needs CAP_SYS_ADMIN"
    }
    return nil
  }

  var kvctl: String { programs.path("kvctl") }

  /// Whether there is no obstacle and no lab whose nodes run.
  package static var isPossible: Bool {
    guard obstacle == nil else { return false }
    return (try? LabSegment.folderOfAnother(than: "")) == .some(nil)
  }

  package func guardian(_ host: Int) -> LabProcess { LabProcess("vipguard", in: home(host)) }
  package func node(_ host: Int) -> LabProcess { LabProcess("kvnode", in: home(host)) }
  package func home(_ host: Int) -> String { "\(folder)/h\(host)" }

  /// Lays out what is missing and starts what does not run.
  package func up() throws(LiveFailure) {
    if Self.standing(in: folder, programs)?.plan != plan {
      if let other = try LabSegment.folderOfAnother(than: folder) {
        throw LiveFailure("another lab runs, in \(other): take it down first")
      }
      try Self.down(in: folder)
      try Folder.make(folder)
      try ClusterFormat.write(plan.hosts.map(place))
      try LabSegment.build(plan)
      // Last: a lab without its plan is a torso, which the next command takes away.
      try TextFile.write(plan.text, to: folder + "/plan")
    }
    for host in plan.hosts { try start(host) }
  }

  private func place(_ host: Int) -> ClusterFormat.Place {
    ClusterFormat.Place(
      id: NodeID(UInt64(host)), data: home(host) + "/data",
      peer: "\(LabPlan.privateAddress(host)):\(LabPlan.peerPort)",
      client: LabPlan.node(host).description)
  }

  /// Goes on in the network of the lab's client; may start this program anew.
  package func becomeClient() throws(LiveFailure) { try LabSegment.becomeClient() }

  /// Starts guard and node of a host, each unless it runs.
  package func start(_ host: Int) throws(LiveFailure) {
    let inside = LabSegment.enter(LabPlan.host(host))
    if plan.hasAddress {
      let broken = plan.isNegativeControl ? ["--negative-control"] : []
      try guardian(host).start(
        inside + [programs.path("vipguard"), "--socket", socket(host)] + broken)
    }
    let file = home(host) + "/kvnode.yaml"
    try TextFile.write(configuration(host), to: file)
    // Root without a capability: the node must do with what an unprivileged user has.
    let unprivileged = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    try node(host).start(inside + unprivileged + [programs.kvnode, "--config", file])
  }

  /// Ends guard and node of a host, however they are, and starts both again.
  package func restart(_ host: Int) throws(LiveFailure) {
    stop(host)
    try start(host)
  }

  /// Ends guard and node of a host in good order.
  package func stop(_ host: Int) {
    node(host).stop()
    guardian(host).stop()
  }

  /// Takes away all that any lab may have left, and its folder.
  package static func down(in folder: String) throws(LiveFailure) {
    for host in 1...9 {
      // By pid file too: a namespace that lost its name still has processes.
      for name in ["kvnode", "vipguard"] { LabProcess(name, in: "\(folder)/h\(host)").kill() }
    }
    try LabSegment.remove()
    Folder.empty(folder)
    rmdir(folder)
  }

  private func socket(_ host: Int) -> String { home(host) + "/vipguard.sock" }

  private func configuration(_ host: Int) -> String {
    """
    node:
      id: \(host)
      data: "\(home(host))/data"
    listen:
      client: "\(LabPlan.node(host))"
      peer: "\(LabPlan.privateAddress(host)):\(LabPlan.peerPort)"
    profile: \(plan.profile)

    """
      + (plan.hasAddress
        ? """
        vip:
          mode: interface
          address: "\(LabPlan.virtualAddress)/32"
          interface: eth0
          guard: "\(socket(host))"

        """ : "")
  }
}
