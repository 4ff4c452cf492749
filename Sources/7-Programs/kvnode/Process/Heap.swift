import CProcess

/// How this process takes memory from the kernel and gives it back.
enum Heap {
  /// Larger blocks are mapped and unmapped one by one. Frames of a batch of entries, 1 MiB and what
  /// its last entry has beyond that, come anew with every turn of the loop, and stay below.
  static let mapped: CInt = 4 << 20
  /// Free bytes at the heap's end that are kept for what comes next: several such frames.
  static let kept: CInt = 16 << 20
  /// What the heap grows by at once.
  static let step: CInt = 1 << 20

  /// One heap, which neither shrinks nor grows with every turn: what the loop's large buffers leave
  /// holds the next ones, and the records that follow, and no page of theirs is a fresh one that
  /// the kernel has to find and clear. One lock for all threads is not felt: one of them allocates
  /// nearly everything. docs/performance/BUDGET.md has the figures.
  static func settle() {
    // A node that keeps malloc's own ways works as well.
    _ = process_settle_heap(mapped, kept, step)
  }
}
