import Determinism
import Glibc
import RaftTypes
import Testing
import VirtualIP

@testable import kvnode

@Suite("The operator's program", .timeLimit(.minutes(1)))
struct HookedAddressTests {
  @Test("claims and releases with address and term; a release is over when the program is")
  func wholeLife() async throws {
    let stage = try await HookStage("exit 0")
    try await stage.perform(.claim(Term(7), until: stage.later(.seconds(60))))
    #expect(try await stage.event() == .claimed(Term(7)))
    try await stage.perform(.release)
    #expect(stage.runs == ["claim 10.255.78.100 7", "release 10.255.78.100 7"])
  }

  @Test("a claim that fails is refused, and taken back")
  func failing() async throws {
    let stage = try await HookStage("test \"$1\" = release")
    try await stage.perform(.claim(Term(7), until: stage.later(.seconds(60))))
    guard case .refused(Term(7), .unavailable(let reason)) = try await stage.event() else {
      Issue.record("not refused")
      return
    }
    #expect(reason.contains("failed"))
    #expect(stage.runs == ["claim 10.255.78.100 7", "release 10.255.78.100 7"])
  }

  @Test("a claim that is not done when the lease ends is killed with all it started")
  func endless() async throws {
    let stage = try await HookStage("test \"$1\" = release && exit 0\nsleep 1000 & sleep 1000")
    try await stage.perform(.claim(Term(7), until: stage.later(.milliseconds(200))))
    guard case .refused(Term(7), .unavailable(let reason)) = try await stage.event() else {
      Issue.record("not refused")
      return
    }
    #expect(reason.contains("not done within the lease"))
  }

  @Test("a hold that nobody renews is lost")
  func expired() async throws {
    let stage = try await HookStage("exit 0")
    try await stage.perform(.claim(Term(7), until: stage.later(.milliseconds(500))))
    #expect(try await stage.event() == .claimed(Term(7)))
    for _ in 0..<3000 where stage.runs.count < 2 { usleep(1000) }
    #expect(stage.runs.last == "release 10.255.78.100 7")
  }

  @Test("a program that is not there stops the start")
  func missing() async throws {
    #expect(!Executable.isThere("/nowhere/move-address"))
    #expect(Executable.isThere("/bin/sh"))
  }
}
