import Testing

@testable import RaftCore

@Suite("A value behind one reference")
struct SharedTests {
  private struct Sample: Hashable, Sendable {
    var items = [1]
    var name = "a"
  }

  @Test("stays a value: who changes a copy changes nobody else's")
  func value() {
    let first = Shared(Sample())
    var second = first
    second.items.append(2)
    #expect(first.items == [1] && second.items == [1, 2])
    var third = second
    second.name = "b"
    third.name = "c"
    #expect(second.name == "b" && third.name == "c" && third.items == [1, 2])
  }

  @Test("is equal, and hashed alike, by what it holds")
  func equality() {
    var changed = Shared(Sample())
    #expect(changed == Shared(Sample()))
    #expect(Set([changed, Shared(Sample())]).count == 1)
    changed.name = "b"
    #expect(changed != Shared(Sample()))
  }
}
