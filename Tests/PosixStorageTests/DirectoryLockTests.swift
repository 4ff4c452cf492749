import Glibc
import PosixStorage
import Testing
import WriteAheadLog

@Suite("One process a data directory")
struct DirectoryLockTests {
  @Test("a second lock on a directory is refused and names the holder")
  func exclusive() throws {
    try TemporaryDirectory.use { root in
      let lock = try DirectoryLock(directory: root)
      #expect(throws: LockFault.held(directory: root, pid: getpid())) {
        _ = try DirectoryLock(directory: root)
      }
      #expect(try DirectoryLock.holder(of: root) == getpid())
      withExtendedLifetime(lock) {}
    }
  }

  @Test("a lock that was let go names nobody and can be taken again")
  func released() throws {
    try TemporaryDirectory.use { root in
      #expect(try DirectoryLock.holder(of: root) == nil)
      do { _ = try DirectoryLock(directory: root) }
      #expect(try DirectoryLock.holder(of: root) == nil)
      _ = try DirectoryLock(directory: root)
    }
  }

  @Test("looking at a lock does not keep a node from taking it")
  func looking() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      let root = try TemporaryDirectory.make()
      defer { TemporaryDirectory.remove(root) }
      _ = try DirectoryLock(directory: root)
      group.addTask { for _ in 0..<200 { _ = try DirectoryLock.holder(of: root) } }
      group.addTask { for _ in 0..<200 { _ = try DirectoryLock(directory: root) } }
      try await group.waitForAll()
    }
  }

  @Test("a held directory is told with the process to end")
  func message() {
    let fault = LockFault.held(directory: "/data/n1", pid: 4711)
    #expect("\(fault)" == "data directory /data/n1 is in use by process 4711")
  }
}
