import ClientProtocol
import Histories
import Properties
import Testing

@testable import LiveCluster

@Suite("Outcomes.md")
struct OutcomesTests {
  @Test(
    "what a client was promised decides how the operation stands",
    arguments: [
      (ClientError.Outcome.notApplied, HistoryOperation.Outcome.failed),
      (.unknown, .unknown), (.applied, .unknown),
    ])
  func outcome(promised: ClientError.Outcome, stands: HistoryOperation.Outcome) {
    let error = ClientError(.timeout, "too late", outcome: promised, retryable: false)
    #expect(Outcomes.classify(error) == stands)
  }

  @Test("a request that cannot be asked accuses the harness, a cluster without a quorum does not")
  func accusation() {
    let malformed = ClientError(.badRequest, "what?", outcome: .notApplied, retryable: false)
    let weak = ClientError(.noQuorum, "later", outcome: .notApplied, retryable: true)
    #expect(Outcomes.accusesHarness(malformed))
    #expect(!Outcomes.accusesHarness(weak))
  }

  @Test("recovered is who answers 99 of 100 requests within two seconds of their beginning")
  func recovery() {
    #expect(measure(slow: 0, failed: 0, contended: 0).isRecovered)
    #expect(measure(slow: 1, failed: 0, contended: 0).isRecovered)
    #expect(!measure(slow: 1, failed: 1, contended: 0).isRecovered)
    #expect(measure(slow: 0, failed: 0, contended: 50).isRecovered)
    #expect(!RecoveryMeasure(History(), after: 0).isRecovered)
  }

  @Test("what began before the end of the faults is not counted")
  func before() {
    var recorder = HistoryRecorder()
    recorder.invoke(.client(1), "read", at: 9)
    recorder.complete(.client(1), .failed, at: 11)
    recorder.invoke(.client(1), "read", at: 12)
    recorder.complete(.client(1), .ok, at: 13)
    let measure = RecoveryMeasure(recorder.history, after: 10)
    #expect(measure.requests == 1 && measure.answered == 1)
  }

  @Test("undecided, and a harness that erred, are never a pass")
  func conclusions() {
    #expect(verdict().conclusion == .passed)
    let undecided = verdict { $0.property = .undecided(.register, reason: "") }
    #expect(undecided.conclusion == .harnessFailure)
    #expect(verdict { $0.harnessErrors = ["malformed"] }.conclusion == .harnessFailure)
    #expect(verdict { $0.property = .violated(.register, report: "") }.conclusion == .failed)
    #expect(verdict { $0.damages = ["n1 died by itself"] }.conclusion == .failed)
  }

  @Test("a family whose faults never took effect fails the run")
  func notInjected() {
    let verdict = verdict {
      $0.faults = [
        FaultRecord(
          kind: .kill, what: "kill n1", from: 0, to: 1, injection: .notInjected("it did not run"))
      ]
    }
    #expect(verdict.missing == [.kill])
    #expect(verdict.conclusion == .failed)
  }

  private func measure(slow: Int, failed: Int, contended: Int) -> RecoveryMeasure {
    var recorder = HistoryRecorder()
    for number in 0..<100 {
      recorder.invoke(.client(1), "write", .integer(Int64(number)), at: 0)
      if number < slow {
        recorder.complete(.client(1), .ok, at: 2_000_000_001)
      } else if number < slow + failed {
        recorder.complete(.client(1), .failed, at: 1, error: "no_quorum")
      } else if number < slow + failed + contended {
        recorder.complete(.client(1), .failed, at: 1, error: "contended")
      } else {
        recorder.complete(.client(1), .ok, at: 2_000_000_000)
      }
    }
    return RecoveryMeasure(recorder.history, after: 0)
  }

  private func verdict(_ change: (inout LiveVerdict) -> Void = { _ in }) -> LiveVerdict {
    var recorder = HistoryRecorder()
    recorder.invoke(.client(1), "write", key: .text("x"), .integer(1), at: 0)
    recorder.complete(.client(1), .ok, at: 1)
    let options = LiveOptions(
      workload: .register, nemeses: [.kill], seconds: 8, nodes: 3, seed: 1, network: .proxy,
      folder: "")
    let fault = FaultRecord(
      kind: .kill, what: "kill n1", from: 0, to: 1, injection: .injected("signal 9"))
    var verdict = LiveVerdict(
      options, recorder.history, recovery: RecoveryMeasure(recorder.history, after: 0),
      faults: [fault], damages: [], harnessErrors: [])
    change(&verdict)
    return verdict
  }
}
