import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("Pitfalls: no step waits for the whole log")
struct PauseTests {
  @Test("the entries that a snapshot replaces are freed a bounded number a step")
  func freedSlowly() throws {
    var limits = Limits()
    limits.tailBytes = 0
    let count = 4000
    var lone = Lone(
      log: Array(repeating: 1, count: count), ballot: Ballot(term: Term(1), vote: nil),
      settings: .lan.with(limits))
    let end = UInt64(count) + 1
    try lone.append([], after: at(1, end), commit: end, term: 1)
    let descriptor = SnapshotDescriptor(
      position: at(1, end), logTime: .zero, membership: try #require(lone.node.membership),
      cluster: ClusterID(7, epoch: 1), stateHash: 0)
    try lone.step(.snapshotTaken(descriptor))
    #expect(lone.node.log.base.index == LogIndex(end))
    var waiting = lone.node.log.waiting
    #expect(waiting >= count - Limits.freedEachStep)
    var steps = 0
    while waiting > 0 {
      try lone.step(.timePassed)
      #expect(waiting - lone.node.log.waiting <= Limits.freedEachStep)
      waiting = lone.node.log.waiting
      steps += 1
    }
    #expect(steps >= count / Limits.freedEachStep - 1)
  }

  @Test("what the log weighs is known without looking at every entry, and stays true")
  func weights() {
    var dice = Dice(seed: 7)
    var slots = LogSlots([])
    var model: [LogSlot] = []
    // So many of the model's first ones are without their bodies in memory.
    var left = 0
    func weight(_ slots: some Sequence<LogSlot>) -> Int {
      slots.reduce(0) { if case .entry(let entry) = $1 { $0 + entry.weight } else { $0 } }
    }
    for index in 1...3000 as ClosedRange<UInt64> {
      let entry = Lone.entry(1, index)
      let slot: LogSlot = dice.chance(1, in: 50) ? .faulty(entry.position) : .entry(entry)
      slots.append(HeldSlot(slot))
      model.append(slot)
      switch dice.below(40) {
      case 0:
        let count = Int(dice.below(UInt64(model.count)))
        slots.removeFirst(count)
        model.removeFirst(count)
        left = max(0, left - count)
      case 1:
        let count = Int(dice.below(UInt64(model.count) + 1))
        slots.truncate(to: count)
        model.removeLast(model.count - count)
        left = min(left, count)
      case 2:
        guard let place = model.firstIndex(where: { weight([$0]) == 0 }) else { break }
        let body = Lone.entry(1, model[place].position.index.number)
        slots.fill(body, at: place)
        model[place] = .entry(body)
      case 3:
        let end = Int(dice.below(UInt64(model.count) + 1))
        let most = Int(dice.below(40))
        let keep = Int(dice.below(UInt64(slots.held) + 1))
        slots.leave(before: end, keep: keep, most: most)
        let stop = min(end, left + most)
        while left < stop, weight(model[left...]) > keep { left += 1 }
      case _: break
      }
      #expect(slots.weight == weight(model))
      #expect(slots.left == left)
      #expect(slots.held == weight(model[left...]))
      for place in [0, left - 1, left] where model.indices.contains(place) {
        switch (slots[place], model[place]) {
        case (.onDisk(let position), let slot): #expect(place < left && position == slot.position)
        case (let held, let slot): #expect(held == HeldSlot(slot))
        }
      }
      let keep = Int(dice.below(UInt64(slots.weight) + 1))
      let start = slots.start(before: model.count, keep: keep)
      #expect(weight(model[start...]) <= keep)
      if start > 0 { #expect(weight(model[(start - 1)...]) > keep) }
    }
  }
}
