internal import CHeap
import HTTPAPI

/// This process's heap, which is jemalloc's: docs/decisions/0045-heap.md.
enum Heap {
  /// What it holds at one moment, in bytes.
  struct Holdings {
    /// What the program asked for and did not give back.
    let allocated: Int
    /// The memory that the heap takes for that: pages that hold something, those that wait for who
    /// needs them next, and its own books.
    let resident: Int
  }

  /// Nil: jemalloc does not serve this process, or keeps no statistics.
  static var holdings: Holdings? {
    guard heap_gather_statistics() == 0, let allocated = number("stats.allocated"),
      let resident = number("stats.resident")
    else { return nil }
    return Holdings(allocated: allocated, resident: resident)
  }

  /// A number of jemalloc(3); nil: there is none of this name.
  static func number(_ name: String) -> Int? {
    var number = 0
    return heap_number(name, &number) == 0 ? number : nil
  }

  static func write(to page: inout MetricsPage) {
    guard let holdings else { return }
    page.gauge(
      "quoin_heap_allocated_bytes", "Memory that the node uses.", Double(holdings.allocated))
    page.gauge(
      "quoin_heap_resident_bytes", "Memory that its heap takes.", Double(holdings.resident))
  }
}
