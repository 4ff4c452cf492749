internal import CPrefetch

/// Walks all versions of all keys of a view: by key, and of each key the oldest first.
///
/// Records lie anywhere in memory, and only a version tells where the one before it is. So the
/// chains of many keys are gathered side by side, a row of versions at a time: the memory is asked
/// for a whole row before the first of it is looked at. And no references are counted, which would
/// write to every record, and wait for each: the view holds them all.
struct VersionWalk {
  struct Version {
    /// Valid while the walk is.
    let record: Unmanaged<Record>
    /// Nothing superseded it.
    let isNewest: Bool
  }

  private struct Link {
    let record: Unmanaged<Record>
    /// The number of its key among those that were gathered.
    let key: Int32
    /// The link of the version that superseded it; -1: nothing did.
    let newer: Int32
  }

  /// As many as a leaf has. The nearest cache holds so many lines.
  private static let keysAtOnce = 64
  private static let lineBytes = 64

  private let view: StoreView
  private var live: Cursor
  private var graves: Cursor
  private var links: [Link] = []
  /// The link of every key's oldest version.
  private var oldest: [Int32] = []
  private var keysDone = 0
  /// The link that is handed out next; -1: the next key's oldest.
  private var at: Int32 = -1

  init(_ view: StoreView) {
    self.view = view
    let start = Position(UnsafeRawBufferPointer(start: nil, count: 0))
    live = Cursor(view.live, from: start)
    graves = Cursor(view.graves, from: start)
  }

  /// The next version; nil behind the last.
  mutating func next() -> Version? {
    if at < 0 {
      if keysDone == oldest.count { gather() }
      guard keysDone < oldest.count else { return nil }
      at = oldest[keysDone]
      keysDone += 1
    }
    let link = links[Int(at)]
    at = link.newer
    return Version(record: link.record, isNewest: link.newer < 0)
  }

  /// Finds all versions of the next keys.
  private mutating func gather() {
    links.removeAll(keepingCapacity: true)
    keysDone = 0
    while links.count < Self.keysAtOnce, let newest = nextKey() {
      append(newest, key: Int32(links.count), newer: -1)
    }
    oldest = Array(repeating: 0, count: links.count)
    var row = 0..<links.count
    while !row.isEmpty {
      for place in row {
        let link = links[place]
        let older = link.record._withUnsafeGuaranteedRef { record in
          Self.fetchRest(of: record)
          return view.unretainedPredecessor(of: record)
        }
        if let older {
          append(older, key: link.key, newer: Int32(place))
        } else {
          oldest[Int(link.key)] = Int32(place)
        }
      }
      row = row.upperBound..<links.count
    }
  }

  private mutating func append(_ record: Unmanaged<Record>, key: Int32, newer: Int32) {
    quoin_prefetch(record.toOpaque())
    links.append(Link(record: record, key: key, newer: newer))
  }

  private static func fetchRest(of record: Record) {
    let bytes = record.keyAndValue
    for line in stride(from: lineBytes, to: min(bytes.count, Limits.fetchedBytes), by: lineBytes) {
      quoin_prefetch(bytes.baseAddress.map { $0 + line })
    }
  }

  /// The newest version of the next key, which is in one of the trees only.
  private mutating func nextKey() -> Unmanaged<Record>? {
    let (existing, deleted) = (live.unretainedRecord, graves.unretainedRecord)
    let isDeleted: Bool
    switch (existing, deleted) {
    case (nil, nil): return nil
    case (nil, _?): isDeleted = true
    case (_?, nil): isDeleted = false
    case (let existing?, let deleted?):
      isDeleted = existing._withUnsafeGuaranteedRef { existing in
        deleted._withUnsafeGuaranteedRef { KeyOrder.compare($0.key, existing.key) < 0 }
      }
    }
    if isDeleted { graves.advance() } else { live.advance() }
    return isDeleted ? deleted : existing
  }
}
