internal import BinaryCodec

/// Files that wait to become segments, and the reserve that keeps a full disk workable.
///
/// When a spare cannot be made for want of space, the reserve file is given back, so that a
/// snapshot can be written and the log compacted; from then on no new spare is made until the
/// reserve fits again beside it. So appends never eat what compaction needs.
struct SparePool<Files: FileSystem> {
  struct Spare {
    let number: UInt64
    let size: Int
    var path: String { OnDiskFormat.sparePath(number) }
  }

  let files: Files
  let options: LogOptions
  private(set) var spares: [Spare]
  private(set) var hasReserve: Bool
  private var nextNumber: UInt64

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

  /// Turns a segment that is no longer needed into a spare, or removes it. Its old records name
  /// their old segment and are never read as new ones.
  mutating func recycle(_ path: String, size: Int) throws(FileFault) {
    if size == options.segmentSize, spares.count < options.spareLimit {
      let spare = Spare(number: nextNumber, size: size)
      nextNumber += 1
      try files.rename(path, to: spare.path)
      try files.syncDirectory(OnDiskFormat.logDirectory)
      spares.append(spare)
    } else {
      try files.remove(path)
      try files.syncDirectory(OnDiskFormat.logDirectory)
    }
  }

  /// Takes the number for a spare that another thread shall make.
  mutating func order() -> SpareOrder {
    defer { nextNumber += 1 }
    return SpareOrder(number: nextNumber, size: options.segmentSize)
  }

  mutating func adopt(_ order: SpareOrder) {
    spares.append(Spare(number: order.number, size: order.size))
  }

  private mutating func make(_ size: Int) throws(LogFault) {
    guard restoreReserve(beside: size) else {
      throw .diskFull(path: OnDiskFormat.reserveFile)
    }
    let order = SpareOrder(number: nextNumber, size: size)
    nextNumber += 1
    do {
      try order.carryOut(on: files)
    } catch {
      guard case .noSpace(let path) = error else { throw .file(error) }
      releaseReserve()
      throw .diskFull(path: path)
    }
    adopt(order)
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
