/// Who asked, for a port that numbers its calls by itself: each call gets a number that no other
/// open one has, and each is answered exactly once.
package struct AskerTable {
  private struct Asker {
    let receiver: any ReplyReceiver
    let tag: UInt64
  }

  // A call's number is its place here.
  private var askers: [Asker?] = []
  private var free: [Int] = []

  package init() {}

  /// Notes who asked.
  /// - Parameter tag: the asker's own, which comes back with the answer.
  /// - Returns: the number of the call.
  package mutating func admit(_ receiver: any ReplyReceiver, tag: UInt64) -> UInt64 {
    let asker = Asker(receiver: receiver, tag: tag)
    guard let reused = free.popLast() else {
      askers.append(asker)
      return UInt64(askers.count - 1)
    }
    askers[reused] = asker
    return UInt64(reused)
  }

  /// Forgets the call that is being answered.
  /// - Returns: who asked, and with which tag.
  package mutating func take(_ number: UInt64) -> (receiver: any ReplyReceiver, tag: UInt64) {
    let place = Int(number)
    guard askers.indices.contains(place), let asker = askers[place] else {
      preconditionFailure("AskerTable: an answer to \(number), which nobody asked")
    }
    askers[place] = nil
    free.append(place)
    return (asker.receiver, asker.tag)
  }
}
