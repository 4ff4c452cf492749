import Testing

@testable import WriteAheadLog

@Suite("What an operator reads")
struct FaultMessageTests {
  @Test("damage names file, offset, finding and remedy")
  func damage() {
    let fault = LogFault.damaged(Damage(path: "wal/3.log", offset: 4224, finding: "is bad"))
    #expect("\(fault)" == "wal/3.log at byte 4224: is bad; \(Damage.rejoin)")
  }

  @Test("every fault says what it is about")
  func all() {
    let faults: [(LogFault, String)] = [
      (.poisoned(.io(path: "wal/1.log", operation: "fdatasync", code: 5)), "fdatasync"),
      (.diskFull(path: "reserve"), "full"),
      (.unsupportedVersion(path: "ballot", found: 2, supported: 1), "version 2"),
      (.foreign(path: "ballot", found: "node n2", expected: "node n1"), "n2"),
      (.alreadyFormatted(found: ["wal"]), "wal"),
      (.file(.notFound(path: "identity")), "identity: no such file"),
    ]
    for (fault, part) in faults { #expect("\(fault)".contains(part)) }
  }
}
