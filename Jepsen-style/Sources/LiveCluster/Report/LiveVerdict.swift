package import Histories
internal import JSONText
package import Properties

/// What a run has shown; Outcomes.md says what makes which conclusion.
package struct LiveVerdict: Sendable {
  /// The exit status is its raw value.
  package enum Conclusion: Int32, Sendable {
    case passed = 0
    case failed = 1
    case harnessFailure = 2
  }

  package var options: LiveOptions
  package var property: HistoryVerdict
  package var recovery: RecoveryMeasure
  package var faults: [FaultRecord]
  /// Nodes that died by themselves, and states that differ.
  package var damages: [String]
  package var harnessErrors: [String]
  /// Operations by what became of them.
  package var ok: Int
  package var failed: Int
  package var unknown: Int

  package init(
    _ options: LiveOptions, _ history: History, recovery: RecoveryMeasure, faults: [FaultRecord],
    damages: [String], harnessErrors: [String]
  ) {
    self.options = options
    property = check(history, as: options.workload.make().property)
    self.recovery = recovery
    self.faults = faults
    self.damages = damages
    self.harnessErrors = harnessErrors
    ok = history.operations.count { $0.outcome == .ok }
    failed = history.operations.count { $0.outcome == .failed }
    unknown = history.operations.count { $0.outcome == .unknown }
  }

  /// Families that were asked for and never took effect.
  package var missing: [NemesisKind] {
    options.nemeses.filter { kind in !faults.contains { $0.kind == kind && $0.isInjected } }
  }

  package var conclusion: Conclusion {
    switch property {
    case .violated: return .failed
    case .undecided, .unreadable: return .harnessFailure
    case .holds: break
    }
    if !harnessErrors.isEmpty || ok == 0 { return .harnessFailure }
    return missing.isEmpty && recovery.isRecovered && damages.isEmpty ? .passed : .failed
  }

  /// One line of a table.
  package var line: String {
    let names = options.nemeses.map(\.rawValue).joined(separator: ",")
    let injected = faults.count { $0.isInjected }
    return "\(conclusion)".padded(15) + "\(options.workload)".padded(10) + names.padded(34)
      + "\(ok) ok, \(failed) failed, \(unknown) unknown; \(injected) of \(faults.count) faults "
      + "injected; \(recovery.perCent.short) % answered after them"
  }
}

extension LiveVerdict: CustomStringConvertible {
  package var description: String {
    var lines = [
      "\(conclusion): \(options.workload) under \(options.nemeses.map(\.rawValue)), "
        + "\(options.nodes) nodes, \(options.network), \(options.seconds) s, seed \(options.seed)",
      "operations: \(ok) ok, \(failed) failed, \(unknown) unknown",
      "property: \(property)",
    ]
    for kind in options.nemeses {
      let all = faults.filter { $0.kind == kind }
      lines.append("\(kind.rawValue): \(all.count { $0.isInjected }) of \(all.count) injected")
    }
    if !missing.isEmpty { lines.append("not covered: \(missing.map(\.rawValue))") }
    lines.append(
      "after the faults: \(recovery.answered) of \(recovery.requests) requests "
        + "(\(recovery.perCent.short) %) answered within 2 s"
        + (recovery.lastUnanswered.map {
          "; the last that was not began \($0 / 1_000_000) ms after them"
        } ?? ""))
    lines += damages + harnessErrors.map { "harness: \($0)" }
    return lines.joined(separator: "\n")
  }

  /// For programs.
  package var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("conclusion", "\(conclusion)")
    writer.member("workload", options.workload.rawValue)
    writer.member("network", options.network.rawValue)
    writer.member("nodes", UInt64(options.nodes))
    writer.member("seconds", UInt64(options.seconds))
    writer.member("seed", options.seed)
    writer.member("property", "\(property)")
    writer.member("ok", UInt64(ok))
    writer.member("failed", UInt64(failed))
    writer.member("unknown", UInt64(unknown))
    writer.name("nemeses")
    writer.beginArray()
    for kind in options.nemeses {
      let all = faults.filter { $0.kind == kind }
      writer.beginObject()
      writer.member("name", kind.rawValue)
      writer.member("tried", UInt64(all.count))
      writer.member("injected", UInt64(all.count { $0.isInjected }))
      writer.endObject()
    }
    writer.endArray()
    writer.name("recovery")
    writer.beginObject()
    writer.member("requests", UInt64(recovery.requests))
    writer.member("answered", UInt64(recovery.answered))
    writer.name("per_cent")
    writer.value(recovery.perCent)
    writer.endObject()
    writer.name("damages")
    writer.beginArray()
    for damage in damages { writer.value(damage) }
    writer.endArray()
    writer.name("harness_errors")
    writer.beginArray()
    for error in harnessErrors { writer.value(error) }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }
}

extension String {
  /// Followed by blanks up to that width.
  func padded(_ width: Int) -> String {
    count < width ? self + String(repeating: " ", count: width - count) : self + " "
  }
}

extension Double {
  /// One digit after the point.
  var short: String {
    let tenths = Int((self * 10).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))"
  }
}
