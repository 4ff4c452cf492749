internal import BinaryCodec

/// Files that wait to become segments, and the reserve that keeps a full disk workable.
///
/// When a spare cannot be made for want of space, the reserve file is given back, so that a
/// snapshot can be written and the log compacted; from then on no new spare is made until the
/// reserve fits again beside it. So appends never eat what compaction needs.
struct SparePool<Files: FileSystem> {
  let files: Files
  let options: LogOptions
  private(set) var spares: [Spare]
  private(set) var hasReserve: Bool
  private var nextNumber: UInt64
  /// Files that nothing needs any more, oldest first. They go one after the other, each durably
  /// before the next: what a crash leaves is never a log with a hole.
  private var surplus: [Surplus] = []
  /// The first of them was ordered to go.
  private var isClearing = false

  init(files: Files, options: LogOptions, spares: [Spare], hasReserve: Bool) {
    self.files = files
    self.options = options
    self.spares = spares
    self.hasReserve = hasReserve
    nextNumber = (spares.map(\.number).max() ?? 0) + 1
  }

  /// Makes sure that for each size there is a spare of at least that size.
  mutating func reserve(_ sizes: [Int]) throws(LogFault) {
    guard !sizes.isEmpty else { return }
    var free = spares.map(\.size).sorted()
    for size in sizes.sorted() {
      if let fit = free.firstIndex(where: { $0 >= size }) {
        free.remove(at: fit)
      } else {
        try make(size)
      }
    }
  }

  /// The smallest spare of at least `size`; it leaves the pool.
  mutating func take(_ size: Int) -> Spare? {
    let fitting = spares.indices.filter { spares[$0].size >= size }
    guard let best = fitting.min(by: { spares[$0].size < spares[$1].size }) else { return nil }
    return spares.remove(at: best)
  }

  /// A segment that is no longer needed becomes a spare, or goes. Its old records name their old
  /// segment and are never read as new ones.
  mutating func giveUp(segment path: String, size: Int) {
    surplus.append(Surplus(path: path, size: size, isSegment: true))
  }

  mutating func giveUp(snapshot path: String) {
    surplus.append(Surplus(path: path, size: 0, isSegment: false))
  }

  /// A snapshot found no room: spares wait for a log that may not come, so all but the next one go,
  /// and no others take their place.
  mutating func makeRoom() {
    for place in surplus.indices { surplus[place].isSegment = false }
    for spare in spares.dropFirst() {
      surplus.append(Surplus(path: spare.path, size: spare.size, isSegment: false))
    }
    spares.removeLast(max(0, spares.count - 1))
  }

  /// What another thread shall do with the next file that nothing needs; nil when there is none, or
  /// when one is being dealt with.
  mutating func orderClearing() -> SpareOrder? {
    guard !isClearing, let next = surplus.first else { return nil }
    isClearing = true
    guard next.isSegment, next.size == options.segmentSize, spares.count < options.spareLimit
    else { return SpareOrder(work: .remove(path: next.path), number: 0, size: 0) }
    return order(.recycle(path: next.path))
  }

  /// Takes the number for a spare that another thread shall make.
  mutating func order(_ work: SpareOrder.Work = .make) -> SpareOrder {
    defer { nextNumber += 1 }
    return SpareOrder(work: work, number: nextNumber, size: options.segmentSize)
  }

  /// An order was carried out, or failed: then a file that was to go will be tried again.
  mutating func ended(_ order: SpareOrder, isDone: Bool) {
    switch order.work {
    case .make:
      if isDone { spares.append(Spare(number: order.number, size: order.size)) }
    case .recycle:
      clearingEnded(isDone)
      if isDone { spares.append(Spare(number: order.number, size: order.size)) }
    case .remove:
      clearingEnded(isDone)
      if isDone { restoreReserve() }
    }
  }

  private mutating func clearingEnded(_ isDone: Bool) {
    isClearing = false
    if isDone { surplus.removeFirst() }
  }

  private mutating func make(_ size: Int) throws(LogFault) {
    guard restoreReserve(beside: size) else {
      throw .diskFull(path: OnDiskFormat.reserveFile)
    }
    let order = SpareOrder(work: .make, number: nextNumber, size: size)
    nextNumber += 1
    do {
      try order.carryOut(on: files)
    } catch {
      guard case .noSpace(let path) = error else { throw .file(error) }
      releaseReserve()
      throw .diskFull(path: path)
    }
    ended(order, isDone: true)
  }

  /// Makes the reserve again when it fits and leaves `size` bytes more.
  @discardableResult
  mutating func restoreReserve(beside size: Int = 0) -> Bool {
    guard !hasReserve else { return true }
    guard let free = try? files.freeSpace(), free >= options.reserveSize + size else {
      return false
    }
    hasReserve = (try? Self.makeReserve(files, options)) != nil
    return hasReserve
  }

  // Freeing may not fail the caller: the disk is full already, and there is nothing else to give.
  private mutating func releaseReserve() {
    try? files.discard(OnDiskFormat.reserveFile)
    try? files.syncDirectory("")
    hasReserve = false
  }

  static func makeReserve(_ files: Files, _ options: LogOptions) throws(FileFault) {
    try files.discard(OnDiskFormat.reserveFile)
    let file = try files.create(OnDiskFormat.reserveFile)
    do {
      try file.allocate(options.reserveSize)
      try file.sync()
      try files.syncDirectory("")
    } catch {
      try files.discard(OnDiskFormat.reserveFile)
      throw error
    }
  }
}

/// A file that waits to become a segment.
struct Spare {
  let number: UInt64
  let size: Int
  var path: String { OnDiskFormat.sparePath(number) }
}

/// A file that nothing needs any more.
private struct Surplus {
  let path: String
  let size: Int
  /// Whether it may become a spare.
  var isSegment: Bool
}
