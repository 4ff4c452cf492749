internal import Determinism
internal import Histories
internal import KeyValueClient
internal import RaftTypes
internal import Synchronization

/// The clients of a run: two at each node, and two at the virtual address if there is one.
struct Load: Sendable {
  private let workload: any Workload
  private let clients: [LiveClient]

  init(_ workload: any Workload, _ nodes: LiveNodes, _ recording: Recording) {
    self.workload = workload
    let doors = nodes.ids.map(nodes.endpoint) + (nodes.virtualAddress.map { [$0] } ?? [])
    clients = (doors + doors).enumerated().map { number, door in
      let configuration = ClientConfiguration(
        endpoints: [door], deadline: .seconds(2), replyTimeout: .seconds(1))
      return LiveClient(
        process: .client(Int64(number)), store: KeyValueClient(configuration),
        recording: recording)
    }
  }

  /// Until the recording is over.
  func run(_ dice: Dice) async {
    var dice = dice
    await withTaskGroup(of: Void.self) { group in
      for client in clients {
        let dice = dice.split()
        group.addTask { await self.run(client, dice) }
      }
    }
  }

  private func run(_ client: LiveClient, _ dice: Dice) async {
    var dice = dice
    while !client.recording.isOver {
      let isAnswered = await workload.act(client, &dice)
      // Pauses, so that two cores carry nodes, clients and faults.
      let pause = isAnswered ? 1 + dice.below(5) : 20 + dice.below(30)
      try? await Task.sleep(for: .milliseconds(pause))
    }
  }

  /// The last reads, shared among the clients; who meets a closed door leaves them to the others.
  func readAll() async {
    let open = OpenReads(workload.finalReads())
    await withTaskGroup(of: Void.self) { group in
      for client in clients {
        group.addTask {
          var patience = 2
          while patience > 0, let read = open.take() {
            guard await !read(client) else { continue }
            patience -= 1
            open.giveBack(read)
          }
        }
      }
    }
  }
}

/// Reads that nobody has done yet.
private final class OpenReads: Sendable {
  typealias Read = @Sendable (LiveClient) async -> Bool

  private let reads: Mutex<[Read]>

  init(_ reads: [Read]) { self.reads = Mutex(reads) }

  func take() -> Read? { reads.withLock { $0.popLast() } }
  func giveBack(_ read: @escaping Read) { reads.withLock { $0.append(read) } }
}
