/// One state of a whole cluster, in numbers of an `Atlas`: the nodes with their disks, and what is
/// on its way. Chosen entries and leaders stand beside it: what was promised outlives the nodes
/// that knew it.
struct SmallWorld {
  var machines: [UInt32]
  /// A multiset, ascending.
  var inFlight: [UInt32] = []
  var spent = Spent()
  /// The entries that were ever committed.
  var chosen: UInt32
  /// Who led which term.
  var elected: UInt32

  mutating func send(_ messages: [UInt32]) {
    for message in messages {
      let place = inFlight.firstIndex { $0 > message } ?? inFlight.count
      inFlight.insert(message, at: place)
    }
  }

  mutating func take(_ message: UInt32) {
    if let place = inFlight.firstIndex(of: message) { inFlight.remove(at: place) }
  }

  /// A hash of everything, the same in every run: two states of equal print count as one. Among ten
  /// million states two differing ones share a print with a probability of 3 in a million.
  var fingerprint: UInt64 {
    var print = spent.word &+ 0x9e37_79b9_7f4a_7c15
    for number in machines { print = Self.mix(print, number) }
    print = Self.mix(print, chosen)
    print = Self.mix(print, elected)
    for number in inFlight { print = Self.mix(print, number) }
    return print
  }

  private static func mix(_ print: UInt64, _ number: UInt32) -> UInt64 {
    var z = (print ^ UInt64(number)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
