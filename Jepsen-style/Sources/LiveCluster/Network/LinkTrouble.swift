/// What is wrong with one direction between two nodes. Troubles of several faults add up.
package struct LinkTrouble: Hashable, Sendable {
  /// Nothing arrives.
  package var isCut = false
  /// Milliseconds that everything waits.
  package var delay: UInt64 = 0
  /// Milliseconds that it waits at most on top, as chance has it.
  package var jitter: UInt64 = 0
  /// Per thousand.
  package var loss: UInt64 = 0
  package var duplication: UInt64 = 0
  package var reordering: UInt64 = 0
  package var bytesPerSecond: UInt64?

  package init() {}

  package static let none = LinkTrouble()

  /// Both at once.
  package func and(_ other: LinkTrouble) -> LinkTrouble {
    var sum = self
    sum.isCut = isCut || other.isCut
    sum.delay += other.delay
    sum.jitter = max(jitter, other.jitter)
    sum.loss = max(loss, other.loss)
    sum.duplication = max(duplication, other.duplication)
    sum.reordering = max(reordering, other.reordering)
    sum.bytesPerSecond =
      switch (bytesPerSecond, other.bytesPerSecond) {
      case (let a?, let b?): min(a, b)
      case (let a, let b): a ?? b
      }
    return sum
  }
}
