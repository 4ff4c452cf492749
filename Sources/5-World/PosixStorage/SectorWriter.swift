internal import BinaryCodec
internal import Glibc
internal import SystemPackage

/// Writes whole sectors past the page cache (O_DIRECT of open(2)), from memory of its own that lies
/// as disks want it: no page is made that nobody reads, and a sync has none to look for.
///
/// A write that begins inside a sector takes what stands before it from the write before, or from
/// the file.
struct SectorWriter: ~Copyable {
  /// What can become of a write.
  enum Outcome: Equatable {
    case written
    /// Not here: the file system, or the bytes' place, does not let it. Some may be written.
    case refused
    case failed(Errno)
  }

  private let file: FileDescriptor
  /// The same file, opened once more to pass the cache: what reads it need not lie as disks want
  /// it. Nil where it could not be opened, or the file system has refused and will again.
  private var direct: FileDescriptor?
  private let room: UnsafeMutableRawBufferPointer
  /// The last sector that was written here: where in the file, and where in the room it still
  /// stands. Nil: what stands there is not known.
  private var tail: (offset: Int, place: Int)?

  private static var sector: Int { Limits.directAlignment }

  /// - Parameter file: open for reading and writing while this writes.
  init(_ file: FileDescriptor) {
    self.file = file
    // By way of the descriptor: the file's name may have changed.
    direct = try? FileDescriptor.open(
      "/proc/self/fd/\(file.rawValue)", .writeOnly,
      options: [.closeOnExec, Self.passingTheCache])
    room = .allocate(byteCount: Limits.directRoom, alignment: Self.sector)
  }

  deinit {
    try? direct?.close()
    room.deallocate()
  }

  /// Writes `bytes`, which must end with a sector, at `offset`.
  mutating func write(_ bytes: Bytes, at offset: Int) -> Outcome {
    let (first, end) = (offset / Self.sector * Self.sector, offset + bytes.count)
    guard direct != nil, !bytes.isEmpty, end.isMultiple(of: Self.sector),
      readLead(offset - first, at: first)
    else { return .refused }
    let outcome = bytes.withUnsafeBytes { write($0, behind: offset - first, at: first) }
    if outcome == .refused { giveUp() }
    return outcome
  }

  private mutating func giveUp() {
    try? direct?.close()
    direct = nil
  }

  // fcntl.h shows O_DIRECT to GNU's C alone, and has one for each processor.
  #if arch(arm64)
    static let passingTheCache = FileDescriptor.OpenOptions(rawValue: 0o200000)
  #else
    static let passingTheCache = FileDescriptor.OpenOptions(rawValue: 0o40000)
  #endif

  /// Somebody else writes to the file: what its last sector holds is no longer known.
  mutating func forget() { tail = nil }

  // What stands before the bytes in their first sector, to where they will follow it.
  private mutating func readLead(_ count: Int, at first: Int) -> Bool {
    guard count > 0 else { return true }
    let lead = UnsafeMutableRawBufferPointer(rebasing: room[..<count])
    if let tail, tail.offset == first {
      // Where it stands at the room's begin it already is where it must be.
      if tail.place > 0 { lead.copyBytes(from: room[tail.place..<tail.place + count]) }
      return true
    }
    // What is read may stand where that sector stood.
    tail = nil
    let got = try? file.read(fromAbsoluteOffset: Int64(first), into: lead, retryOnInterrupt: true)
    return got == count
  }

  // Run by run, each as long as the room; the first begins with the lead that stands there.
  private mutating func write(
    _ source: UnsafeRawBufferPointer, behind lead: Int, at first: Int
  ) -> Outcome {
    var (taken, filled, place) = (0, lead, first)
    // Until all is written: what a write that failed left behind is asked of the file.
    tail = nil
    while taken < source.count {
      let count = min(room.count - filled, source.count - taken)
      room[filled..<filled + count].copyBytes(from: source[taken..<taken + count])
      taken += count
      filled += count
      let run = UnsafeRawBufferPointer(rebasing: room[..<filled])
      let outcome = write(run, at: place)
      guard outcome == .written else { return outcome }
      place += filled
      if taken == source.count {
        tail = (offset: place - Self.sector, place: filled - Self.sector)
      }
      filled = 0
    }
    return .written
  }

  private func write(_ run: UnsafeRawBufferPointer, at offset: Int) -> Outcome {
    guard let direct else { return .refused }
    var done = 0
    while done < run.count {
      do {
        let count = try direct.write(
          toAbsoluteOffset: Int64(offset + done), UnsafeRawBufferPointer(rebasing: run[done...]),
          retryOnInterrupt: true)
        guard count > 0 else { return .refused }
        done += count
      } catch {
        let code = error as? Errno ?? .ioError
        return [.invalidArgument, .notSupported].contains(code) ? .refused : .failed(code)
      }
    }
    return .written
  }
}
