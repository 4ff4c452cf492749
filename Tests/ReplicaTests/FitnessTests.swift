import ClientProtocol
import Determinism
import RaftCore
import RaftTypes
import Replica
import Testing
import VirtualIP

@Suite("A leader that serves badly makes room for one that does not")
struct FitnessTests {
  @Test("pitfall 45: a disk that does not answer for an election timeout moves the leadership")
  func stalledDisk() throws {
    var (trio, leader, _) = Trio.led()
    trio[leader].storage.isHeld = true
    _ = trio.send(leader, .put("a", "1"))
    trio.settle()
    trio.pass(.milliseconds(250))
    #expect(trio.leader == leader, "one slow sync is no reason yet")
    trio.pass(.milliseconds(350))
    let next = try #require(trio.leader)
    #expect(next != leader && trio[next].replica.holdsAddress)
    #expect(!trio[leader].replica.holdsAddress)
  }

  @Test("a disk that answers slowly, but answers, moves nothing")
  func slowDisk() {
    var (trio, leader, _) = Trio.led()
    for round in 0..<8 {
      trio[leader].storage.isHeld = true
      _ = trio.send(leader, .put("a", "\(round)"))
      trio.settle()
      trio.pass(.milliseconds(200))
      trio[leader].storage.isHeld = false
      trio.settle()
      trio.pass(.milliseconds(5))
    }
    #expect(trio.leader == leader)
  }

  @Test("a full disk moves the leadership, and where all are full it stays")
  func fullDisk() throws {
    var (trio, leader, followers) = Trio.led()
    for follower in followers { trio.step(follower, .diskFull(true)) }
    trio.pass(.milliseconds(200))
    trio.step(leader, .diskFull(true))
    trio.pass(.seconds(3))
    #expect(trio.leader == leader, "nobody is better")
    trio.step(followers[1], .diskFull(false))
    trio.pass(.seconds(3))
    #expect(trio.leader == followers[1])
  }

  @Test("a link that is down moves the leadership; it comes back only to a link that is up")
  func carrier() throws {
    var (trio, leader, _) = Trio.led()
    var (down, now): ([Int], Int) = ([], leader)
    for _ in 0..<2 {
      trio.step(now, .address(.lost(trio[now].replica.core.term, .carrier)))
      trio.step(now, .addressReachable(false))
      down.append(now)
      trio.pass(.milliseconds(200))
      now = try #require(trio.leader)
      #expect(!down.contains(now), "a follower whose link is down is not fit")
      #expect(trio[now].replica.holdsAddress)
    }
    trio.step(leader, .addressReachable(true))
    trio.pass(.milliseconds(100))
    trio.step(now, .addressReachable(false))
    trio.pass(.milliseconds(200))
    #expect(trio.leader == leader, "it is fit again as soon as its link is up")
  }

  @Test("after the guard is gone the term's hold is over for good: it may have said so itself")
  func guardGone() {
    var (trio, leader, followers) = Trio.led()
    // Nobody can take over: what is left is not to claim again.
    for follower in followers { trio.step(follower, .diskFull(true)) }
    trio.pass(.milliseconds(200))
    let term = trio[leader].replica.core.term
    let claims = trio[leader].addressActions.count
    trio.step(leader, .address(.lost(term, .guardGone)))
    trio.pass(.seconds(20))
    #expect(trio.leader == leader && trio[leader].replica.core.term == term)
    #expect(!trio[leader].replica.holdsAddress)
    #expect(trio[leader].addressActions.dropFirst(claims).allSatisfy { $0 == .release })
  }

  @Test("the same holds for a claim that the guard had not answered when it went")
  func guardGoneWhileAsked() {
    var trio = Trio()
    trio.grantsClaims = false
    let leader = trio.elect()
    let term = trio[leader].replica.core.term
    trio.pass(.milliseconds(200))
    #expect(trio[leader].addressActions.contains { if case .claim = $0 { true } else { false } })
    let claims = trio[leader].addressActions.count
    for number in 1...3 where number != leader { trio.step(number, .diskFull(true)) }
    trio.pass(.milliseconds(200))
    trio.step(
      leader, .address(.lost(term, .guardGone)), .address(.refused(term, .unavailable("gone"))))
    trio.pass(.seconds(20))
    #expect(trio.leader == leader && trio[leader].replica.core.term == term)
    #expect(trio[leader].addressActions.dropFirst(claims).allSatisfy { $0 == .release })
  }
}
