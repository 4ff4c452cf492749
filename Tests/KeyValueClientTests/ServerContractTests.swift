import BinaryCodec
import ClientProtocol
import Determinism
import RaftTypes
import ServedStore
import Testing

@testable import KeyValueClient

private func client(_ store: ServedStore, deadline: Duration = .seconds(60)) -> KeyValueClient {
  KeyValueClient(
    ClientConfiguration(
      endpoints: [Endpoint(host: "127.0.0.1", port: store.port)], deadline: deadline,
      connectTimeout: .seconds(10), replyTimeout: .seconds(30),
      backoff: Backoff(first: .microseconds(100), most: .milliseconds(1))))
}

private func bytes(_ text: String) -> Bytes { Array(text.utf8)[...] }

@Suite("The client and the server understand each other")
struct ServerContractTests {
  @Test("what is put is what is got, whatever the bytes")
  func anyBytes() async throws {
    let client = client(try await ServedStore.start())
    var dice = Dice(seed: 7)
    for _ in 0..<200 {
      let key = (0...Int(dice.below(20))).map { _ in UInt8(truncatingIfNeeded: dice.next()) }[...]
      let value = (0..<Int(dice.below(50))).map { _ in UInt8(truncatingIfNeeded: dice.next()) }[...]
      let answer = try await client.put(key, value)
      let found = try await client.get(key)
      #expect(found?.key == key)
      #expect(found?.value == value)
      #expect(found?.modRevision == answer.revision)
    }
  }

  @Test("a key that does not exist is nil, not an error")
  func absent() async throws {
    let client = client(try await ServedStore.start())
    #expect(try await client.get(bytes("nobody")) == nil)
  }

  @Test("the past is read by revision")
  func past() async throws {
    let client = client(try await ServedStore.start())
    let first = try await client.put(bytes("k"), bytes("old"))
    let second = try await client.put(bytes("k"), bytes("new"), wantsPrevious: true)
    #expect(second.previous?.value == bytes("old"))
    #expect(try await client.get(bytes("k"), revision: first.revision)?.value == bytes("old"))
  }

  @Test("a conditional put is done only when its condition holds")
  func conditions() async throws {
    let client = client(try await ServedStore.start())
    let first = try await client.put(bytes("k"), bytes("1"), if: .absent)
    let second = try await client.put(bytes("k"), bytes("2"), if: .modRevision(first.revision))
    for condition in [PutCondition.absent, .modRevision(first.revision)] {
      let error = await #expect(throws: ClientError.self) {
        try await client.put(bytes("k"), bytes("3"), if: condition)
      }
      #expect(error?.code == .compareFailed)
      #expect(error?.outcome == .notApplied)
    }
    #expect(try await client.get(bytes("k"))?.modRevision == second.revision)
  }

  @Test(
    "a range is iterated whole, in order, at one revision, over many pages",
    arguments: [RangeQuery.Order.ascending, .descending], [nil, 1, 999, 1000, 2500] as [UInt32?])
  func paging(order: RangeQuery.Order, limit: UInt32?) async throws {
    let client = client(try await ServedStore.start())
    let keys = (0..<2100).map { "p/\(10_000 + $0)" }
    for batch in 0..<21 {
      let steps = keys[(batch * 100)..<(batch * 100 + 100)].map {
        Transaction.Step.put(Put(key: bytes($0), value: bytes("v")))
      }
      try await client.transact(Transaction(compare: [], success: steps, failure: []))
    }
    try await client.put(bytes("q"), bytes("outside"))
    var seen: [String] = []
    let query = RangeQuery(range: .prefix(bytes("p/")), order: order, limit: limit)
    for try await item in client.range(query) {
      // A write between the pages is not seen.
      if seen.isEmpty { try await client.put(bytes("p/10000x"), bytes("late")) }
      seen.append(String(decoding: item.key, as: UTF8.self))
    }
    let all = order == .ascending ? keys : keys.reversed()
    #expect(seen == Array(all.prefix(Int(limit ?? .max))))
  }

  @Test("counts and keys alone come without values")
  func contents() async throws {
    let client = client(try await ServedStore.start())
    try await client.put(bytes("a"), bytes("1"))
    try await client.put(bytes("b"), bytes("2"))
    let count = try await client.page(RangeQuery(range: .all, content: .countOnly))
    #expect(count.count == 2)
    #expect(count.items.isEmpty)
    let keys = try await client.page(RangeQuery(range: .all, content: .keysOnly))
    #expect(keys.items.map(\.value) == [[], []])
  }

  @Test("delete says how many keys there were")
  func delete() async throws {
    let client = client(try await ServedStore.start())
    for key in ["a/1", "a/2", "b"] { try await client.put(bytes(key), bytes("x")) }
    #expect(try await client.delete(.prefix(bytes("a/"))).count == 2)
    #expect(try await client.delete(.key(bytes("b"))).count == 1)
    #expect(try await client.delete(.all).count == 0)
  }

  @Test("a transaction goes there and its results come back, nested ones too")
  func transaction() async throws {
    let client = client(try await ServedStore.start())
    try await client.put([0xff, 0x00], bytes("binary"))
    let inner = Transaction(
      compare: [Comparison(range: .key(bytes("none")), relation: .equal, target: .version(0))],
      success: [.range(RangeQuery(range: .key([0xff, 0x00])))], failure: [])
    let transaction = Transaction(
      compare: [
        Comparison(
          range: .key([0xff, 0x00]), relation: .equal, target: .value(bytes("binary"))),
        Comparison(range: .all, relation: .less, target: .createRevision(Revision(100))),
      ],
      success: [
        .put(Put(key: bytes("new"), value: bytes("1"), wantsPrevious: true)),
        .transaction(inner),
        .delete(Delete(range: .prefix(bytes("zz")))),
      ], failure: [.delete(Delete(range: .all))])
    let answer = try await client.transact(transaction)
    #expect(answer.result.succeeded)
    #expect(answer.result.steps.count == 3)
    #expect(answer.result.steps.first == .put(previous: nil))
    guard case .transaction(let nested) = answer.result.steps[1],
      case .range(let page)? = nested.steps.first
    else {
      Issue.record("no nested result in \(answer)")
      return
    }
    #expect(page.items.first?.value == bytes("binary"))
    #expect(answer.result.steps[2] == .deleted(count: 0, previous: []))
  }

  @Test("compaction, status, transfer and snapshot are understood")
  func administration() async throws {
    let client = client(try await ServedStore.start())
    try await client.put(bytes("k"), bytes("1"))
    let newest = try await client.put(bytes("k"), bytes("2"))
    try await client.compact(before: newest.revision)
    let status = try await client.status()
    #expect(status.cluster == ClusterID(0xfeed, epoch: 1))
    #expect(status.leader == NodeID(1))
    #expect(status.vip?.holder == NodeID(1))
    #expect(status.nodes.first?.pid == 4711)
    #expect(status.nodes.first?.stateHash != 0)
    #expect(try await client.transferLeadership(to: NodeID(3)) == NodeID(3))
    #expect(try await client.transferLeadership(to: nil) == NodeID(2))
    #expect(try await client.takeSnapshot().bytes == 4096)
  }

  @Test("a node's own word and the members are understood, and each change is asked for")
  func membership() async throws {
    let store = try await ServedStore.start()
    let client = client(store)
    let node = try await client.node()
    #expect(node.id == NodeID(1))
    #expect(node.disk == DiskIncarnation(1))
    #expect(node.cluster == ClusterID(1, epoch: 1))
    let membership = try await client.members()
    #expect(membership[NodeID(1)]?.standing == .voter)
    #expect(membership[NodeID(1)]?.lag == 0)
    #expect(membership.leader == NodeID(1))
    #expect(!membership.isJoint && membership.isCommitted)
    for aim in [MemberAim.voter, .learner, .replacement(of: NodeID(9))] {
      let answer = try await client.addMember(
        node, peerAddress: "a:1", clientAddress: "a:2", as: aim)
      #expect(answer == membership)
    }
    #expect(try await client.promoteMember(NodeID(2)) == membership)
    #expect(try await client.demoteMember(NodeID(2)) == membership)
    #expect(try await client.removeMember(NodeID(2)) == membership)
  }

  @Test("pitfall 60: with every reply lost once, no transaction is done twice")
  func everyReplyLostOnce() async throws {
    // Every other request is carried out and its reply lost.
    let store = try await ServedStore.start { $0.isMultiple(of: 2) ? .unknown : .delivered }
    let client = client(store)
    var unknown = 0
    for number in 0..<50 {
      let key = bytes("id/\(number)")
      let transaction = Transaction(
        compare: [], success: [.put(Put(key: key, value: bytes("x")))], failure: [])
      do throws(ClientError) {
        try await client.transact(transaction)
      } catch {
        #expect(error.outcome == .unknown)
        unknown += 1
      }
    }
    #expect(unknown == 25)
    for number in 0..<50 {
      #expect(try await client.get(bytes("id/\(number)"))?.version == 1)
    }
  }

  @Test("many operations at once share no reply")
  func concurrency() async throws {
    let client = client(try await ServedStore.start())
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          try await client.put(bytes("c/\(number)"), bytes("value \(number)"))
          let found = try await client.get(bytes("c/\(number)"))
          #expect(found?.value == bytes("value \(number)"))
        }
      }
      try await group.waitForAll()
    }
  }
}
