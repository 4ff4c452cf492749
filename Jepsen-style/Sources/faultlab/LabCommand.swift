internal import ArgumentParser
import Glibc
internal import LiveCluster

/// `faultlab lab`: a cluster on a real segment of this machine.
struct LabCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab",
    abstract: "A segment of network namespaces with a node and its guard in every host.",
    subcommands: [Up.self, Down.self, Restart.self, Status.self])

  struct Place: ParsableArguments {
    @Option(help: ArgumentHelp("Where the lab keeps disks and logs.", valueName: "dir"))
    var data = "var/lab"

    func folder() throws -> String {
      if let obstacle = Lab.obstacle { throw LiveFailure(obstacle) }
      if data.hasPrefix("/") { return data }
      guard let working = getcwd(nil, 0) else { throw LiveFailure("no working directory") }
      defer { free(working) }
      return String(cString: working) + "/" + data
    }
  }

  struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lays out the segment, starts the cluster, returns when it serves.")

    @OptionGroup var place: Place
    @Option(help: "Hosts, 1 to 9; node K runs in quoin-hK.") var nodes = 3
    @Option(help: "lan or lan-fast.") var profile = "lan"
    @Flag(help: "Without the virtual address: a cluster of nodes only.") var withoutAddress = false

    func run() async throws {
      guard let plan = LabPlan(hosts: nodes, profile: profile, hasAddress: !withoutAddress) else {
        throw ValidationError("--nodes takes 1 to 9, --profile lan or lan-fast")
      }
      let lab = Lab(plan, in: try place.folder(), try Programs.find())
      try lab.up()
      try await LabAttendance(lab).serves()
      print(
        """
        \(nodes) nodes serve at \(plan.door); ask from the client:
          ip netns exec \(LabPlan.client) kvctl --endpoints \(plan.door) status
        """)
    }
  }

  struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes everything of a lab away, also of one that crashed.")

    @OptionGroup var place: Place

    func run() async throws { try Lab.down(in: place.folder()) }
  }

  struct Restart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Starts guard and node of a host again.")

    @OptionGroup var place: Place
    @Argument(help: "The host: h1, h2, …") var host: String

    func run() async throws {
      let lab = try LabCommand.standing(place)
      guard let number = Int(host.drop { $0 == "h" }), lab.plan.hosts.contains(number) else {
        throw ValidationError("no host \(host): the lab has h1 to h\(lab.plan.hosts.count)")
      }
      try lab.restart(number)
    }
  }

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows what runs.")

    @OptionGroup var place: Place

    func run() async throws {
      let lab = try LabCommand.standing(place)
      for host in lab.plan.hosts {
        let parts = [lab.guardian(host), lab.node(host)].map { process in
          "\(process.name) \(process.pid.map { "\($0)" } ?? "down")"
            + (process.kernelState == "T" ? " (stopped)" : "")
        }
        print("\(LabPlan.host(host))  \(parts.joined(separator: "  "))")
      }
    }
  }

  private static func standing(_ place: Place) throws -> Lab {
    guard let lab = Lab.standing(in: try place.folder(), try Programs.find()) else {
      throw LiveFailure("no lab is up: scripts/lab up")
    }
    return lab
  }
}
