import Glibc
import PosixStorage
import Testing
import WriteAheadLog

@Suite("Files on a real disk")
struct PosixFileSystemTests {
  @Test("bytes are read where they were written")
  func readsAndWrites() throws {
    try TemporaryDirectory.use { root in
      let files = PosixFileSystem(root: root)
      let file = try files.create("a")
      try file.write([1, 2, 3, 4], at: 10)
      try file.write([9], at: 11)
      try file.sync()
      #expect(try file.read(4, at: 10) == [1, 9, 3, 4])
      #expect(try file.read(99, at: 12) == [3, 4])
      #expect(try file.read(5, at: 99) == [])
      #expect(try files.open("a").size() == 14)
    }
  }

  @Test("an allocated file is zero throughout and has all its blocks")
  func allocates() throws {
    try TemporaryDirectory.use { root in
      let size = 5 << 20
      let file = try PosixFileSystem(root: root).create("a")
      try file.write([7], at: 3)
      try file.allocate(size)
      #expect(try file.size() == size)
      #expect(try file.read(size, at: 0).allSatisfy { $0 == 0 })
      var status = stat()
      #expect(stat("\(root)/a", &status) == 0)
      #expect(Int(status.st_blocks) * 512 >= size)
      // The page cache is passed while the zeros are written, and not later.
      try file.write([1, 2], at: 4095)
      #expect(try file.read(4, at: 4094) == [0, 1, 2, 0])
    }
  }

  // As long as it takes several steps.
  private func large(_ files: PosixFileSystem) throws -> Int {
    let size = 40 << 20
    try files.create("a").allocate(size)
    return size
  }

  @Test("a large file that nobody has open gives its blocks back before it goes")
  func givesBack() throws {
    try TemporaryDirectory.use { root in
      let files = PosixFileSystem(root: root)
      let size = try large(files)
      try files.giveBackBlocks(of: "a")
      let left = try files.open("a").size()
      #expect(left > 0 && left < size / 2)
      try files.remove("a")
      try files.giveBackBlocks(of: "a")
      #expect(try files.list("").isEmpty)
    }
  }

  @Test("a file that somebody still reads keeps its bytes")
  func keepsWhatIsRead() throws {
    try TemporaryDirectory.use { root in
      let files = PosixFileSystem(root: root)
      let size = try large(files)
      let reader = try files.open("a")
      try files.giveBackBlocks(of: "a")
      #expect(try files.open("a").size() == size)
      try files.remove("a")
      #expect(try reader.size() == size)
    }
  }

  @Test("a file that has another name besides, a backup's, keeps its bytes")
  func keepsWhatIsLinked() throws {
    try TemporaryDirectory.use { root in
      let files = PosixFileSystem(root: root)
      let size = try large(files)
      #expect(link("\(root)/a", "\(root)/backup") == 0)
      try files.giveBackBlocks(of: "a")
      try files.remove("a")
      #expect(try files.open("backup").size() == size)
    }
  }

  @Test("who is in no hurry may rest between runs of zeros, which the disk has by then")
  func allocatesAtLeisure() throws {
    try TemporaryDirectory.use { root in
      let size = (3 << 20) + 4096
      let files = PosixFileSystem(root: root)
      let file = try files.create("a")
      try file.write([UInt8](repeating: 7, count: size)[...], at: 0)
      var (done, steps) = (0, 0)
      try file.allocate(size) { bytes in
        #expect(bytes <= 1 << 20)
        let zeroed = try? file.read(bytes, at: done)
        #expect(zeroed?.count == bytes && zeroed?.allSatisfy { $0 == 0 } == true)
        done += bytes
        steps += 1
      }
      #expect(done == size)
      #expect(steps >= 4)
    }
  }

  @Test("what does not end with a sector is zeroed through the page cache", arguments: [1, 4097])
  func allocatesOddly(beyond: Int) throws {
    try TemporaryDirectory.use { root in
      let size = (1 << 20) + beyond
      let file = try PosixFileSystem(root: root).create("a")
      try file.write([UInt8](repeating: 7, count: size + 9)[...], at: 0)
      try file.allocate(size)
      #expect(try file.read(size + 9, at: 0) == [UInt8](repeating: 0, count: size))
    }
  }

  @Test("files are for their owner alone, whatever the umask")
  func modes() throws {
    try TemporaryDirectory.use { root in
      let files = PosixFileSystem(root: root + "/deep/er")
      try files.makeRoot()
      try files.makeRoot()
      _ = try files.create("a")
      try files.createDirectory("d")
      try files.createDirectory("d")
      for (name, mode) in [("a", 0o600), ("d", 0o700)] {
        var status = stat()
        #expect(stat("\(root)/deep/er/\(name)", &status) == 0)
        #expect(Int(status.st_mode) & 0o777 == mode)
      }
    }
  }

  @Test("each refusal has its own fault")
  func faults() throws {
    try TemporaryDirectory.use { root in
      let files = PosixFileSystem(root: root)
      _ = try files.create("a")
      #expect(throws: FileFault.exists(path: "a")) { _ = try files.create("a") }
      #expect(throws: FileFault.notFound(path: "b")) { _ = try files.open("b") }
      #expect(throws: FileFault.notFound(path: "b")) { try files.remove("b") }
      #expect(throws: FileFault.notFound(path: "b")) { try files.rename("b", to: "c") }
      #expect(throws: FileFault.notFound(path: "d")) { _ = try files.list("d") }
    }
  }

  @Test("a full device is told from a broken one")
  func noSpace() throws {
    let files = PosixFileSystem(root: "/dev")
    #expect(throws: FileFault.noSpace(path: "full")) {
      try files.open("full").write([1], at: 0)
    }
  }

  @Test("a read-only file system refuses to write")
  func readOnly() throws {
    try TemporaryDirectory.use { root in
      _ = try PosixFileSystem(root: root).create("a")
      let file = try PosixFileSystem(root: root, access: .readOnly).open("a")
      #expect(throws: FileFault.io(path: "a", operation: "pwrite", code: EBADF)) {
        try file.write([1], at: 0)
      }
    }
  }

  @Test("renames replace, removals remove, lists list")
  func names() throws {
    try TemporaryDirectory.use { root in
      let files = PosixFileSystem(root: root)
      try files.create("a").write([1], at: 0)
      _ = try files.create("b")
      try files.rename("a", to: "b")
      try files.syncDirectory("")
      #expect(try files.list("") == ["b"])
      #expect(try files.open("b").read(1, at: 0) == [1])
      try files.remove("b")
      #expect(try files.list("") == [])
      #expect(try files.freeSpace() > 0)
    }
  }
}
