package import RaftCore
internal import RaftTypes
package import WriteAheadLog

extension Recovered {
  /// What the disk gave back, as consensus wants it: the log from a place whose position is known.
  package init(_ recovery: Recovery) {
    let snapshot: SnapshotDescriptor?
    let covered: LogPosition?
    let stateIsSound: Bool
    switch recovery.state {
    case .sound(let file):
      (snapshot, covered, stateIsSound) = (file?.descriptor, file?.descriptor.position, true)
    case .lost(let lost):
      (snapshot, covered, stateIsSound) = (lost.descriptor, lost.position, false)
    }
    var base = covered ?? .origin
    var slots = recovery.slots
    if let covered, let first = slots.first, first.position.index <= covered.index {
      // A tail below the snapshot is kept for slow followers. Its first slot becomes the base; so
      // does the last rotten one in it: the snapshot stands for it.
      let rotten = slots.lastIndex { slot in
        if case .faulty(let position) = slot { position.index <= covered.index } else { false }
      }
      let cut = rotten ?? 0
      base = slots[cut].position
      slots.removeFirst(cut + 1)
    }
    self.init(
      ballot: recovery.ballot, incarnation: recovery.identity.incarnation, snapshot: snapshot,
      base: base, slots: slots, stateIsSound: stateIsSound)
  }
}
