import ClientProtocol
import Glibc
import Histories
import KeyValueClient
import Properties
import Testing

extension EndToEnd {
  @Suite("Leaders freeze")
  struct FreezeTests {
    @Test("pitfall 17: a register under frozen leaders stays linearizable")
    func register() async throws {
      try await Cluster.use { cluster in
        let register = RecordedRegister(keys: ["r0", "r1"])
        try await register.during(cluster) {
          for _ in 1...4 {
            let leader = try await cluster.leader()
            try await register.progress(by: 150)
            try cluster.signal(leader, SIGSTOP)
            register.note("freeze \(leader)")
            try await Task.sleep(for: .seconds(2))
            try cluster.signal(leader, SIGCONT)
            register.note("continue \(leader)")
            try await register.progress(by: 150)
          }
        }
        let history = register.history
        #expect(history.operations.contains { $0.function == "read" && $0.outcome == .ok })
        let verdict = check(history, as: .register)
        #expect(verdict.exitCode == 0, "\(verdict)")
        try await cluster.converges()
      }
    }
  }
}
