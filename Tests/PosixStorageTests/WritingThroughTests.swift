import Determinism
import Glibc
import PosixStorage
import Testing
import WriteAheadLog

@Suite("What is written past the page cache")
struct WritingThroughTests {
  private static let sector = 4096

  @Test("is in no page of it, and there when it is read", .enabled(if: isOnDisk, inMemory))
  func passes() throws {
    try TemporaryDirectory.use { root in
      let size = 1 << 20
      let file = try PosixFileSystem(root: root).create("a")
      try file.allocate(size)
      try file.sync()
      let bytes = Self.bytes(size / 2, 1)
      try file.writeThrough(bytes[...], at: 0)
      try file.sync()
      let cached = try #require(Self.cachedPages("\(root)/a", size))
      #expect(!cached.contains(true))
      #expect(try file.read(size / 2, at: 0) == bytes)
    }
  }

  @Test("is refused by some file systems, which can be asked", .enabled(if: isOnDisk, inMemory))
  func refused() throws {
    try TemporaryDirectory.use { root in
      let files = PosixFileSystem(root: root)
      #expect(!files.passesPageCache("a"))
      _ = try files.create("a")
      #expect(files.passesPageCache("a"))
    }
    #expect(!PosixFileSystem(root: "/proc/self").passesPageCache("status"))
  }

  // As a log does: each write begins inside the sector that the one before ended with.
  @Test("keeps what stands before it in its first sector", arguments: [64, 4095])
  func leads(lead: Int) throws {
    try TemporaryDirectory.use { root in
      let files = PosixFileSystem(root: root)
      var file = try files.create("a")
      try file.allocate(32 * Self.sector)
      var expected = [UInt8](repeating: 0, count: 32 * Self.sector)
      for place in 1..<30 {
        let start = (place - 1) * Self.sector + lead
        let end = (place + 1) * Self.sector
        let bytes = Self.bytes(end - start, place)
        // Of a file that was opened now the first sector has to be read.
        if place.isMultiple(of: 7) { file = try files.open("a") }
        try file.writeThrough(bytes[...], at: start)
        expected.replaceSubrange(start..<end, with: bytes)
        #expect(try file.read(expected.count, at: 0) == expected)
      }
      #expect(try files.open("a").read(expected.count, at: 0) == expected)
    }
  }

  @Test("takes several runs where it is longer than one", arguments: [0, 64])
  func isLong(lead: Int) throws {
    try TemporaryDirectory.use { root in
      let size = (5 << 20) / 2 + Self.sector
      let file = try PosixFileSystem(root: root).create("a")
      try file.write(Self.bytes(Self.sector, 1)[...], at: 0)
      let bytes = Self.bytes(size - lead, 2)
      try file.writeThrough(bytes[...], at: lead)
      #expect(try file.read(size, at: 0) == Self.bytes(Self.sector, 1).prefix(lead) + bytes)
    }
  }

  @Test("what ends inside a sector, or begins where nothing is, goes through the page cache")
  func odd() throws {
    try TemporaryDirectory.use { root in
      let file = try PosixFileSystem(root: root).create("a")
      try file.writeThrough(Self.bytes(Self.sector + 1, 1)[...], at: 0)
      try file.writeThrough(Self.bytes(100, 2)[...], at: 2 * Self.sector - 100)
      try file.writeThrough([], at: 7 * Self.sector)
      let gap = [UInt8](repeating: 0, count: Self.sector - 101)
      let expected = Self.bytes(Self.sector + 1, 1) + gap + Self.bytes(100, 2)
      #expect(try file.read(99 * Self.sector, at: 0) == expected)
    }
  }

  @Test("what stood before it may be cut off, or zeroed, in between")
  func renewed() throws {
    try TemporaryDirectory.use { root in
      let file = try PosixFileSystem(root: root).create("a")
      for renew in [file.truncate, file.allocate] {
        try file.writeThrough(Self.bytes(2 * Self.sector, 1)[...], at: 0)
        try renew(Self.sector + 64)
        try renew(2 * Self.sector)
        let bytes = Self.bytes(Self.sector - 128, 2)
        try file.writeThrough(bytes[...], at: Self.sector + 128)
        #expect(try file.read(Self.sector, at: Self.sector).suffix(Self.sector - 128) == bytes)
        #expect(try file.read(64, at: Self.sector + 64) == [UInt8](repeating: 0, count: 64))
      }
    }
  }

  @Test("and writes through it may follow each other in any order", arguments: 0..<40)
  func mixed(seed: UInt64) throws {
    try TemporaryDirectory.use { root in
      var dice = Dice(seed: seed)
      let size = 24 * Self.sector
      let file = try PosixFileSystem(root: root).create("a")
      try file.allocate(size)
      var expected = [UInt8](repeating: 0, count: size)
      for turn in 0..<60 {
        let end = Int(dice.below(24) + 1) * Self.sector
        // Often where the write before began, as when that found no room.
        let start = Int(dice.below(UInt64(end)))
        let bytes = Self.bytes(end - start, turn)
        if dice.chance(1, in: 4) {
          try file.write(bytes.dropLast(), at: start)
          expected.replaceSubrange(start..<end - 1, with: bytes.dropLast())
        } else {
          try file.writeThrough(bytes[...], at: start)
          expected.replaceSubrange(start..<end, with: bytes)
        }
      }
      #expect(try file.read(size, at: 0) == expected)
    }
  }

  @Test("its descriptor is closed with the file, and needs no name")
  func descriptors() throws {
    try TemporaryDirectory.use { root in
      let files = PosixFileSystem(root: root)
      try {
        let file = try files.create("a")
        try files.rename("a", to: "b")
        try file.writeThrough(Self.bytes(Self.sector, 1)[...], at: 0)
        #expect(Self.descriptors(of: "\(root)/b") >= 1)
        #expect(try file.read(Self.sector, at: 0) == Self.bytes(Self.sector, 1))
      }()
      #expect(Self.descriptors(of: "\(root)/b") == 0)
    }
  }

  private static func descriptors(of path: String) -> Int {
    (0..<256).filter { number in
      var name = [CChar](repeating: 0, count: 4096)
      let length = readlink("/proc/self/fd/\(number)", &name, name.count)
      return length > 0 && name.prefix(length).elementsEqual(path.utf8.map(CChar.init(bitPattern:)))
    }.count
  }

  @Test("where the file system knows no way past its memory, it is written all the same")
  func memory() throws {
    // tmpfs: since Linux 6.6 it takes O_DIRECT and means nothing by it, before that it refuses.
    let root = "/dev/shm/quoin-storage-\(getpid())"
    let files = PosixFileSystem(root: root)
    try files.makeRoot()
    defer { TemporaryDirectory.remove(root) }
    let file = try files.create("a")
    let bytes = Self.bytes(2 * Self.sector - 64, 3)
    try file.write(Self.bytes(64, 4)[...], at: 0)
    try file.writeThrough(bytes[...], at: 64)
    #expect(try file.read(2 * Self.sector, at: 0) == Self.bytes(64, 4) + bytes)
  }

  private static func bytes(_ count: Int, _ seed: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 / 61) &* 31 &+ $0 &+ seed &* 101) }
  }

  /// Whether each page of the file is in the page cache, mincore(2).
  private static func cachedPages(_ path: String, _ size: Int) -> [Bool]? {
    let descriptor = Glibc.open(path, O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard let map = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), map != MAP_FAILED else {
      return nil
    }
    defer { munmap(map, size) }
    var pages = [UInt8](repeating: 0, count: size / 4096)
    return mincore(map, size, &pages) == 0 ? pages.map { $0 & 1 == 1 } : nil
  }

  /// File systems without a device have major number 0.
  private static var isOnDisk: Bool {
    var status = stat()
    return stat("/tmp", &status) == 0 && status.st_dev >> 8 & 0xfff != 0
  }

  private static let inMemory: Comment =
    "/tmp is in memory, or on other files: on no disk of its own"
}
