internal import BinaryCodec
internal import Glibc
internal import SystemPackage

/// Writes whole sectors past the page cache (O_DIRECT of open(2)), from memory of its own that lies
/// as disks want it: no page is made that nobody reads, and a sync has none to look for.
///
/// A write that begins inside a sector takes what stands before it from the write before, or from
/// the file. The descriptor passes the cache only meanwhile, since reads would have to lie as well;
/// so nobody else may use it at that time.
struct SectorWriter: ~Copyable {
  /// What can become of a write.
  enum Outcome: Equatable {
    case written
    /// Not here: the file system, or the bytes' place, does not let it. Some may be written.
    case refused
    case failed(Errno)
  }

  private let descriptor: FileDescriptor
  /// What else the descriptor was told, so that it need not be asked twice a write.
  private let flags: CInt
  private let room: UnsafeMutableRawBufferPointer
  /// The last sector that was written here, and its offset; nil: it is not known.
  private let tail: UnsafeMutableRawBufferPointer
  private var tailOffset: Int?
  /// The file system has refused once, and will again.
  private var isRefused = false

  private static var sector: Int { Limits.directAlignment }

  init(_ descriptor: FileDescriptor) {
    self.descriptor = descriptor
    flags = fcntl(descriptor.rawValue, F_GETFL)
    room = .allocate(byteCount: Limits.directRoom, alignment: Self.sector)
    tail = .allocate(byteCount: Self.sector, alignment: Self.sector)
  }

  deinit {
    room.deallocate()
    tail.deallocate()
  }

  /// Writes `bytes`, which must end with a sector, at `offset`.
  mutating func write(_ bytes: Bytes, at offset: Int) -> Outcome {
    let (first, end) = (offset / Self.sector * Self.sector, offset + bytes.count)
    guard !isRefused, !bytes.isEmpty, end.isMultiple(of: Self.sector),
      readLead(offset - first, at: first)
    else { return .refused }
    guard passCache(true) else {
      isRefused = true
      return .refused
    }
    let outcome = bytes.withUnsafeBytes { write($0, behind: offset - first, at: first) }
    guard passCache(false) else { return .failed(Errno(rawValue: errno)) }
    isRefused = outcome == .refused
    return outcome
  }

  // Switches O_DIRECT on or off; false where the file system does not let it.
  private func passCache(_ isWanted: Bool) -> Bool {
    let wanted = isWanted ? flags | Self.direct : flags & ~Self.direct
    return flags >= 0 && fcntl(descriptor.rawValue, F_SETFL, wanted) == 0
  }

  // fcntl.h shows O_DIRECT to GNU's C alone, and has one for each processor.
  #if arch(arm64)
    private static let direct: CInt = 0o200000
  #else
    private static let direct: CInt = 0o40000
  #endif

  /// Somebody else writes to the file: what its last sector holds is no longer known.
  mutating func forget() { tailOffset = nil }

  // What stands before the bytes in their first sector, to where they will follow it.
  private func readLead(_ count: Int, at first: Int) -> Bool {
    guard count > 0 else { return true }
    let lead = UnsafeMutableRawBufferPointer(rebasing: room[..<count])
    guard tailOffset != first else {
      lead.copyBytes(from: tail[..<count])
      return true
    }
    let got = try? descriptor.read(
      fromAbsoluteOffset: Int64(first), into: lead, retryOnInterrupt: true)
    return got == count
  }

  // Run by run, each as long as the room; the first begins with the lead that stands there.
  private mutating func write(
    _ source: UnsafeRawBufferPointer, behind lead: Int, at first: Int
  ) -> Outcome {
    var (taken, filled, place) = (0, lead, first)
    // Until all is written: what a write that failed left behind is asked of the file.
    tailOffset = nil
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
        tail.copyBytes(from: run.suffix(Self.sector))
        tailOffset = place - Self.sector
      }
      filled = 0
    }
    return .written
  }

  private func write(_ run: UnsafeRawBufferPointer, at offset: Int) -> Outcome {
    var done = 0
    while done < run.count {
      do {
        let count = try descriptor.write(
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
