import Glibc
import Testing

@testable import kvnode

// What is told about a whole heap is looked at in processes of their own, where no other test
// allocates meanwhile.
@Suite("The heap")
struct HeapTests {
  @Test("memory comes from jemalloc, and a thread of its own is there to give it back")
  func serves() async throws {
    try #require(getenv("MALLOC_CONF") == nil, "MALLOC_CONF has the last word")
    await #expect(processExitsWith: .success) {
      guard let before = Heap.holdings else { preconditionFailure("no jemalloc") }
      precondition(Heap.number("stats.background_thread.num_threads") ?? 0 > 0, "no thread")
      let size = 8 << 20
      let block = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
      block.initializeMemory(as: UInt8.self, repeating: 1)
      guard let after = Heap.holdings else { preconditionFailure("no statistics") }
      // The rest of the process may have let go of a little meanwhile.
      precondition(after.allocated >= before.allocated + size / 2, "\(before), then \(after)")
      precondition(after.resident >= after.allocated, "\(after)")
      block.deallocate()
    }
  }

  @Test("a name that jemalloc does not know has no number, nor has what only acts")
  func unknown() {
    #expect(Heap.number("stats.nonsense") == nil)
    #expect(Heap.number("arena.0.purge") == nil)
  }

  @Test("buffers of a turn stand on pages of the turn before")
  func reuse() async {
    await #expect(processExitsWith: .success) {
      let (turns, block) = (32, 3 << 20)
      // libc's malloc would give the three of them back to the kernel with each turn.
      let fresh = Pages.faults { for _ in 0..<turns { Pages.touch(three: block) } }
      precondition(fresh < turns * Pages.of(three: block) / 4, "\(fresh) fresh pages")
    }
  }
}

private enum Pages {
  static func of(three bytes: Int) -> Int { 3 * bytes / Int(getpagesize()) }

  static func touch(three bytes: Int) {
    let blocks = (0..<3).map { _ in
      UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 1)
    }
    for block in blocks {
      for place in stride(from: 0, to: bytes, by: Int(getpagesize())) { block[place] = 1 }
    }
    for block in blocks { block.deallocate() }
  }

  /// Pages that this thread was given meanwhile; RUSAGE_THREAD of getrusage(2), which Swift does
  /// not see.
  static func faults(_ body: () -> Void) -> Int {
    var (before, after) = (rusage(), rusage())
    getrusage(__rusage_who_t(1), &before)
    body()
    getrusage(__rusage_who_t(1), &after)
    return after.ru_minflt - before.ru_minflt
  }
}
