internal import Glibc

/// One fault at one host of the lab, from its begin to its undoing.
struct LabFault {
  let kind: FailoverKind
  let host: Int
  let round: Int
  private let lab: Lab

  init(_ kind: FailoverKind, at host: Int, round: Int, in lab: Lab) {
    self.kind = kind
    self.host = host
    self.round = round
    self.lab = lab
  }

  /// Begins it. A transfer is the cluster's own business, and asked for elsewhere.
  func inject() throws(LiveFailure) {
    switch kind {
    case .kill: lab.node(host).signal(SIGKILL)
    case .killBoth: signalAll(SIGKILL)
    case .freeze: signalAll(SIGSTOP)
    case .linkDown: try setLink("down")
    case .partition: try cut(from: true, to: true)
    case .oneWay: try cut(from: round.isMultiple(of: 2), to: !round.isMultiple(of: 2))
    case .transfer: break
    }
  }

  /// What shows that it is in force now; nil when nothing does.
  func evidence() throws(LiveFailure) -> String? {
    switch kind {
    case .kill: return lab.node(host).isRunning ? nil : "kvnode is gone"
    case .killBoth: return processes.contains { $0.isRunning } ? nil : "both are gone"
    case .freeze:
      return processes.allSatisfy { $0.kernelState == "T" } ? "all stopped in the kernel" : nil
    case .linkDown:
      let text = try Command.run(
        ["ip", "-n", LabPlan.host(host), "-o", "link", "show", "dev", "eth0"])
      return text.contains("NO-CARRIER") ? "no carrier" : nil
    case .partition, .oneWay:
      let text = try Command.run(
        LabSegment.enter(LabPlan.segment) + ["nft", "list", "counters", "table", "netdev", "lab"])
      let packets = PacketRules.packets(text).values.reduce(0, +)
      return packets > 0 ? "\(packets) packets dropped" : nil
    case .transfer: return "asked for"
    }
  }

  /// Undoes it.
  func heal() throws(LiveFailure) {
    switch kind {
    case .kill, .killBoth: try lab.start(host)
    case .freeze: signalAll(SIGCONT)
    case .linkDown: try setLink("up")
    case .partition, .oneWay:
      _ = try Command.run(
        LabSegment.enter(LabPlan.segment) + ["nft", "delete", "table", "netdev", "lab"])
    case .transfer: break
    }
  }

  private var processes: [LabProcess] {
    [lab.guardian(host), lab.node(host)].filter { lab.plan.hasAddress || $0.name == "kvnode" }
  }

  private func signalAll(_ number: Int32) { for process in processes { process.signal(number) } }

  private func setLink(_ state: String) throws(LiveFailure) {
    _ = try Command.run(
      ["ip", "-n", LabPlan.segment, "link", "set", "dev", LabPlan.publicPort(host), state])
  }

  /// At the bridge's end of the private cable, so that the host itself stays as it is.
  private func cut(from: Bool, to: Bool) throws(LiveFailure) {
    let port = LabPlan.privatePort(host)
    func chain(_ name: String, _ hook: String) -> String {
      """
        chain \(name) {
          type filter hook \(hook) device "\(port)" priority 0
          counter name \(name) drop
        }

      """
    }
    let script = """
      table netdev lab {
        counter from {
        }
        counter to {
        }
      \(from ? chain("from", "ingress") : "")\(to ? chain("to", "egress") : "")}

      """
    _ = try Command.run(
      LabSegment.enter(LabPlan.segment) + ["nft", "-f", "/dev/stdin"], input: script)
  }
}
