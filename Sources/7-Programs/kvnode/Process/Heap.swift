internal import CHeap
import HTTPAPI

/// This process's heap, which is jemalloc's: docs/decisions/0045-heap.md.
enum Heap {
  /// Bytes that the program holds.
  static var allocated: UInt64? { number("stats.allocated") }

  /// Bytes of memory that the heap takes for that: pages that hold something, those that wait for
  /// who needs them next, and its own books.
  static var resident: UInt64? { number("stats.resident") }

  /// A number of jemalloc(3); nil: there is none of this name.
  static func number(_ name: String) -> UInt64? {
    var number: UInt64 = 0
    return heap_number(name, &number) == 0 ? number : nil
  }

  static func write(to page: inout MetricsPage) {
    guard let allocated, let resident else { return }
    page.gauge("quoin_heap_allocated_bytes", "Memory that the node uses.", Double(allocated))
    page.gauge("quoin_heap_resident_bytes", "Memory that it takes for that.", Double(resident))
  }
}
