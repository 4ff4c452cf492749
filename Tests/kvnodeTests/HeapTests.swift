import Glibc
import Testing

@testable import kvnode

// In processes of their own: the ways of malloc are for a whole process and for good, and what
// other tests leave in its heap decides where a block stands.
@Suite("The heap")
struct HeapTests {
  @Test("buffers of a turn stand on pages of the turn before")
  func reuse() async {
    await #expect(processExitsWith: .success) {
      Heap.settle()
      let (turns, block) = (32, 3 << 20)
      // Unsettled, the three of them would go back to the kernel with each turn.
      let fresh = Pages.faults { for _ in 0..<turns { Pages.touch(three: block) } }
      precondition(fresh < turns * Pages.of(three: block) / 4, "\(fresh) fresh pages")
    }
  }

  @Test("a block that is larger than any frame goes back at once")
  func large() async {
    await #expect(processExitsWith: .success) {
      Heap.settle()
      let (turns, block) = (4, 32 << 20)
      let fresh = Pages.faults { for _ in 0..<turns { Pages.touch(three: block) } }
      precondition(fresh >= turns * Pages.of(three: block), "\(fresh) fresh pages")
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
