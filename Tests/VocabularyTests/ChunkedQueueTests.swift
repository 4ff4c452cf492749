import Determinism
import Testing

@Suite("A queue in chunks")
struct ChunkedQueueTests {
  private let chunk = ChunkedQueue<Int>.chunkCount

  @Test("it holds what an array would hold, whatever is done to it")
  func actsAsAnArray() {
    var dice = Dice(seed: 41)
    var queue = ChunkedQueue<Int>()
    var model: [Int] = []
    for number in 0..<4000 {
      switch dice.below(8) {
      case 0:
        let count = Int(dice.below(UInt64(model.count + 1)))
        queue.removeFirst(count)
        model.removeFirst(count)
      case 1:
        let count = Int(dice.below(UInt64(model.count + 1)))
        queue.truncate(to: count)
        model.removeLast(model.count - count)
      case 2: queue.letGo(Int(dice.below(700)))
      case 3 where !model.isEmpty:
        let place = Int(dice.below(UInt64(model.count)))
        queue[place] = -number
        model[place] = -number
      case _:
        for _ in 0..<dice.below(600) {
          queue.append(number)
          model.append(number)
        }
      }
      #expect(queue.count == model.count)
      #expect(queue.isEmpty == model.isEmpty)
      #expect(queue.first == model.first)
      #expect(queue.last == model.last)
      if number % 64 == 0 { #expect(Array(queue) == model) }
    }
  }

  @Test("what leaves at the front is let go as slowly as its owner says")
  func letsGoSlowly() {
    var queue = ChunkedQueue(0..<100 * chunk)
    queue.removeFirst(90 * chunk)
    #expect(queue.count == 10 * chunk)
    #expect(queue.waiting == 90 * chunk)
    queue.letGo(100)
    #expect(queue.waiting == 90 * chunk - 100)
    for _ in 0..<1000 { queue.letGo(100) }
    #expect(queue.waiting == 0)
    #expect(queue.first == 90 * chunk)
  }

  @Test("equal elements are equal queues, wherever their chunks begin")
  func equality() {
    var shifted = ChunkedQueue(-100..<3 * chunk)
    shifted.removeFirst(100)
    let plain = ChunkedQueue(0..<3 * chunk)
    #expect(shifted == plain)
    #expect(Set([shifted, plain]).count == 1)
    shifted.truncate(to: 3)
    #expect(shifted != plain)
  }
}
