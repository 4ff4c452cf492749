internal import BinaryCodec

/// What was sent and what was acknowledged. Pure.
///
/// Acknowledgements come out of order; what may be skipped after an interruption is only the prefix
/// without a gap. Records of one key are never in flight together, so that the last of them in the
/// input wins.
struct LoadLedger {
  /// Everything before it is acknowledged.
  private(set) var prefix: InputMark
  /// Acknowledged behind the first gap.
  private var ahead: [Int: InputMark] = [:]
  private var busy: Set<Bytes> = []
  private(set) var acknowledged = 0

  init(resumingAt prefix: InputMark = InputMark()) { self.prefix = prefix }

  var inFlight: Int { busy.count }

  func mayStart(_ record: LoadRecord) -> Bool { !busy.contains(record.key) }

  mutating func start(_ record: LoadRecord) {
    let isNew = busy.insert(record.key).inserted
    precondition(isNew, "LoadLedger: two records of one key in flight (record \(record.number))")
  }

  mutating func acknowledge(_ record: LoadRecord) {
    busy.remove(record.key)
    acknowledged += 1
    ahead[record.number] = record.end
    while let next = ahead.removeValue(forKey: prefix.records) { prefix = next }
  }
}
