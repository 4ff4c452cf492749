internal import JSONText

/// What became of a fault.
package enum Injection: Equatable, Sendable {
  /// It took effect; the evidence.
  case injected(String)
  /// It did not, and why: it does not count.
  case notInjected(String)
}

/// One line of the fault log.
package struct FaultRecord: Equatable, Sendable {
  package let kind: NemesisKind
  /// In words, for the log and the timeline.
  package let what: String
  /// Nanoseconds since the beginning of the run.
  package let from: UInt64
  package let to: UInt64
  package let injection: Injection

  package var isInjected: Bool { if case .injected = injection { true } else { false } }

  package init(kind: NemesisKind, what: String, from: UInt64, to: UInt64, injection: Injection) {
    self.kind = kind
    self.what = what
    self.from = from
    self.to = to
    self.injection = injection
  }

  /// One JSON object, without the line's end.
  var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("nemesis", kind.rawValue)
    writer.member("what", what)
    writer.member("from", from)
    writer.member("to", to)
    switch injection {
    case .injected(let evidence):
      writer.member("injected", true)
      writer.member("evidence", evidence)
    case .notInjected(let reason):
      writer.member("injected", false)
      writer.member("reason", reason)
    }
    writer.endObject()
    return writer.bytes
  }
}
