import Determinism
import Glibc
import GuardProtocol
import LinuxNetwork
import NetworkTypes
import RaftTypes
import Testing

@testable import vipguard

/// The guard over the real kernel, seen from the other end of the cable. What a body finds out is
/// returned and expected outside: its thread belongs to no test.
@Suite(
  "The guard and the kernel", .serialized, .timeLimit(.minutes(1)),
  .enabled(if: OwnNetwork.isPossible, "needs root to make network namespaces"))
struct KernelTests {
  /// A keeper that has said hello, and the view from the neighbour's side.
  private final class Scene {
    let machine = LinuxMachine()
    let keeper: Keeper<LinuxMachine>
    let neighbour: Segment
    let address: IPAddress

    init(_ text: String, in network: OwnNetwork) throws {
      let address = IPAddress(text) ?? .unspecified(.v4)
      self.address = address
      neighbour = try network.outside { try Segment(for: address, on: .named("peer0")) }
      keeper = Keeper(kernel: machine)
      let replies = try keeper.receive(.hello(Sample.hello([text])))
      guard case .ready = replies.first else {
        throw OwnNetwork.Failure(description: "no welcome: \(replies)")
      }
    }

    /// Whether somebody answers for the address within 50 ms.
    var isAnswered: Bool {
      get throws {
        _ = try neighbour.receive()
        try neighbour.probe()
        return try OwnNetwork.wait(upTo: 50) {
          try neighbour.receive().contains { if case .claimed = $0 { true } else { false } }
        }
      }
    }

    /// Claims for so long, and waits for the answer.
    func claim(_ term: UInt64, for span: TimeSpan) throws -> Bool {
      var replies = try keeper.receive(.claim(Term(term), until: BootClock.now() + span))
      return try OwnNetwork.wait(upTo: 100) {
        replies += try turn()
        return replies.contains(.claimed(Term(term)))
      }
    }

    /// One turn of the guard's loop.
    func turn() throws -> [GuardReply] {
      var replies: [GuardReply] = []
      for event in machine.events() { replies += try keeper.notice(event) }
      return replies + (try keeper.pass())
    }

    /// Turns until the reply comes.
    func hears(_ reply: GuardReply, within milliseconds: Int) throws -> Bool {
      try OwnNetwork.wait(upTo: milliseconds) { try turn().contains(reply) }
    }
  }

  private static let addresses = [Sample.address, "fd77::100"]

  @Test("nobody answers before a claim, the holder does, and nobody after", arguments: addresses)
  func wholeLife(_ text: String) async throws {
    let answers = try await OwnNetwork.run { network in
      let scene = try Scene(text, in: network)
      let before = try scene.isAnswered
      let isClaimed = try scene.claim(1, for: .seconds(5))
      let during = try scene.isAnswered
      let released = try scene.keeper.receive(.release(Term(1)))
      let after = try scene.isAnswered
      try scene.keeper.clientGone(isDead: false)
      let left = try Leftovers.addresses()
      return [before, isClaimed, during, released == [.released(Term(1))], after, !left.isEmpty]
    }
    #expect(answers == [false, true, true, true, false, false])
  }

  @Test("pitfall 61: a guard that is frozen answers no longer than its lease", arguments: addresses)
  func frozen(_ text: String) async throws {
    let answers = try await OwnNetwork.run { network in
      let scene = try Scene(text, in: network)
      let isClaimed = try scene.claim(1, for: .milliseconds(300))
      let during = try scene.isAnswered
      // From here on the guard does nothing at all. The lease runs on the kernel's clock, which no
      // test can turn: its end has to be sat out.
      usleep(300_000)
      return [isClaimed, during, try scene.isAnswered]
    }
    #expect(answers == [true, true, false])
  }

  @Test("what a guard that was killed has left is no obstacle to the next one")
  func leftovers() async throws {
    let answers = try await OwnNetwork.run { network in
      let first = try Scene(Sample.address, in: network)
      let isClaimed = try first.claim(1, for: .seconds(5))
      // Dropped as it is: its sockets close, what it configured stays.
      let second = try Scene(Sample.address, in: network)
      return [isClaimed, try second.isAnswered, try second.claim(2, for: .seconds(5))]
    }
    #expect(answers == [true, false, true])
  }

  @Test("pitfall 70: a stranger's answer refuses a claim, and raises the alarm of a holder")
  func stranger() async throws {
    let (refusal, alarm) = try await OwnNetwork.run { network in
      let scene = try Scene(Sample.address, in: network)
      let stranger = scene.neighbour.interface.hardwareAddress
      var replies = try scene.keeper.receive(
        .claim(Term(1), until: BootClock.now() + .seconds(5)))
      try scene.neighbour.announce()
      let isRefused = try OwnNetwork.wait(upTo: 100) {
        replies += try scene.turn()
        return replies.contains(.refused(Term(1), .conflict(stranger)))
      }
      guard try scene.claim(1, for: .seconds(5)) else { return (isRefused, false) }
      try scene.neighbour.announce()
      return (isRefused, try scene.hears(.conflict(scene.address, stranger), within: 100))
    }
    #expect(refusal && alarm)
  }

  @Test("an address that somebody deletes is put back; a cable that is pulled ends the hold")
  func disturbances() async throws {
    let (isBack, isLost) = try await OwnNetwork.run { network in
      let scene = try Scene(Sample.address, in: network)
      guard try scene.claim(1, for: .seconds(30)) else { return (false, false) }
      try OwnNetwork.ip("address del \(Sample.address)/32 dev eth0")
      let isBack = try OwnNetwork.wait(upTo: 1000) {
        _ = try scene.turn()
        return try scene.isAnswered
      }
      try network.outside { try OwnNetwork.ip("link set peer0 down") }
      return (isBack, try scene.hears(.lost(Term(1), .carrier), within: 3000))
    }
    #expect(isBack && isLost)
  }

  @Test("what cannot be held is refused in words that say what to do")
  func unusable() async throws {
    let said = try await OwnNetwork.run { _ in
      var said: [String] = []
      func greet(_ interface: String, _ address: String) throws {
        let place = GuardHello.Place(
          address: IPAddress(address) ?? .unspecified(.v4), interface: interface)
        let hello = GuardHello(
          cluster: ClusterID(1, epoch: 1), node: NodeID(1), places: [place], lifetimeSeconds: 2,
          port: 7379)
        guard
          case .unusable(let reason) = try Keeper(kernel: LinuxMachine()).receive(.hello(hello))
            .first
        else { return said.append("welcome") }
        said.append(reason)
      }
      try greet("eth7", "10.77.0.100")
      try greet("lo", "10.77.0.100")
      try OwnNetwork.ip("address add 10.77.0.9/32 dev lo")
      try greet("eth0", "10.77.0.9")
      try greet("eth0", "10.77.0.100")
      return said
    }
    #expect(said[0].contains("no interface is called eth7"))
    #expect(said[1].contains("lo is no Ethernet"))
    #expect(said[2].contains("configured on lo already"))
    #expect(said[3] == "welcome")
  }
}
