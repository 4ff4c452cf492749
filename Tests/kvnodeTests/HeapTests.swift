import Glibc
import Testing

@testable import kvnode

@Suite("The heap")
struct HeapTests {
  private let page = Int(getpagesize())

  @Test("buffers of a turn stand on pages of the turn before")
  func reuse() {
    Heap.settle()
    let (turns, pages) = (32, 3 * (3 << 20) / page)
    // Unsettled, the three of them would go back to the kernel with each turn.
    let fresh = faults { for _ in 0..<turns { touch(three: 3 << 20) } }
    #expect(fresh < turns * pages / 4)
  }

  @Test("a block that is larger than any frame goes back at once")
  func large() {
    Heap.settle()
    let turns = 4
    let fresh = faults { for _ in 0..<turns { touch(three: 32 << 20) } }
    #expect(fresh >= turns * 3 * (32 << 20) / page)
  }

  private func touch(three bytes: Int) {
    let blocks = (0..<3).map { _ in
      UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 1)
    }
    for block in blocks {
      for place in stride(from: 0, to: bytes, by: page) { block[place] = 1 }
    }
    for block in blocks { block.deallocate() }
  }

  /// Pages that this thread was given meanwhile; RUSAGE_THREAD of getrusage(2), which Swift does
  /// not see.
  private func faults(_ body: () -> Void) -> Int {
    var (before, after) = (rusage(), rusage())
    getrusage(__rusage_who_t(1), &before)
    body()
    getrusage(__rusage_who_t(1), &after)
    return after.ru_minflt - before.ru_minflt
  }
}
