import Glibc
import NIOCore
import RaftTypes
import Testing

@testable import kvnode

@Suite("Why a node cannot start")
struct StartFaultTests {
  private func bind(_ code: Int32) throws -> String {
    let endpoint = try #require(Endpoint("127.0.0.1:7381"))
    let error = IOError(errnoCode: code, reason: "bind")
    return "\(StartFault.bind("listen.client", endpoint, error))"
  }

  @Test("a failed bind names the key, the address and what to look at")
  func failedBind() throws {
    #expect(try bind(EADDRINUSE).contains("127.0.0.1:7381 (listen.client): the address is in use"))
    #expect(try bind(EADDRINUSE).contains("another kvnode"))
    #expect(try bind(EADDRNOTAVAIL).contains("this machine has no such address"))
    #expect(try !bind(EADDRNOTAVAIL).contains("another kvnode"))
    #expect(try bind(EACCES).contains("Permission denied"))
  }

  @Test("every fault is one line")
  func oneLine() throws {
    let endpoint = try #require(Endpoint("[::1]:1"))
    let faults: [StartFault] = [
      .otherNode("/data", holds: NodeID(1), wanted: NodeID(2)),
      .addressTaken("listen.peer", endpoint, reason: "r"), .badAddress("vip.address", endpoint),
      .unusable("x", reason: "y"), .failed("z"),
    ]
    for fault in faults { #expect(!"\(fault)".contains("\n")) }
  }
}
