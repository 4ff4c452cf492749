internal import BinaryCodec
internal import ClientProtocol

/// What pages may still hold; the ranges of one transaction share it.
struct PageBudget {
  var items: Int
  /// Of keys and values.
  var bytes: Int

  static let page = PageBudget(items: Limits.pageItems, bytes: Limits.pageBytes)
}

/// Collects the records of one page until a limit ends it.
struct Page {
  private let content: RangeQuery.Content
  private let itemLimit: Int
  private let byteLimit: Int
  private var records: [Record] = []
  private var bytes = 0
  /// Whether records of the range follow the page.
  var more = false

  init(_ query: RangeQuery, _ budget: PageBudget) {
    content = query.content
    itemLimit = min(query.limit.map { Int($0) } ?? .max, budget.items)
    byteLimit = min(query.maxBytes.map { Int($0) } ?? .max, budget.bytes)
    // A page has one item however long it is, unless other pages have used up what they share.
    if budget.bytes <= 0 { more = true }
  }

  var wantsItems: Bool { content != .countOnly }

  /// False when the page ends before `record`.
  mutating func add(_ record: Record) -> Bool {
    let size = content == .keysOnly ? Int(record.info.keyCount) : record.byteCount
    guard !more, records.count < itemLimit, records.isEmpty || bytes + size <= byteLimit else {
      return false
    }
    records.append(record)
    bytes += size
    return true
  }

  /// The page; what it holds is taken from `budget`. All items share one buffer.
  func finish(
    count: Int, revision: Revision, _ budget: inout PageBudget
  ) -> RangeResult {
    budget.items -= records.count
    budget.bytes -= bytes
    let buffer = [UInt8](unsafeUninitializedCapacity: bytes) { target, written in
      for record in records {
        let run = UnsafeMutableRawBufferPointer(target)
        let source = content == .keysOnly ? record.key : record.keyAndValue
        UnsafeMutableRawBufferPointer(rebasing: run[written...]).copyMemory(from: source)
        written += source.count
      }
    }
    var items: [KeyValue] = []
    items.reserveCapacity(records.count)
    var start = 0
    for record in records {
      let middle = start + Int(record.info.keyCount)
      let end = content == .keysOnly ? middle : start + record.byteCount
      items.append(KeyValue(record, key: buffer[start..<middle], value: buffer[middle..<end]))
      start = end
    }
    return RangeResult(
      items: items, count: UInt64(count), more: wantsItems && more, readRevision: revision)
  }
}
