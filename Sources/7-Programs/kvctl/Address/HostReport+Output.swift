internal import JSONText
internal import LinuxNetwork

extension HostReport {
  /// As people read it.
  var lines: [String] {
    var table = Table([("", .left), ("SUBJECT", .left), ("REMARK", .left)])
    for finding in findings { table.add([finding.weight.mark, finding.subject, finding.remark]) }
    return table.lines + ["tier: \(tier.name)"]
  }

  /// One JSON object.
  var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("tier", tier.name)
    writer.name("findings")
    writer.beginArray()
    for finding in findings {
      writer.beginObject()
      writer.member("subject", finding.subject)
      writer.member("weight", finding.weight.name)
      writer.member("remark", finding.remark)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }
}

extension HostReport.Tier {
  fileprivate var name: String {
    switch self {
    case .gateAndLifetime: "gate"
    case .ingressGateAndLifetime: "gate, ingress only"
    case .lifetimeOnly: "lifetime"
    case .unknown: "unknown"
    case .none: "none"
    }
  }
}

extension HostReport.Finding.Weight {
  fileprivate var mark: String {
    switch self {
    case .good: "ok"
    case .caution: "!"
    case .fatal: "NO"
    case .unknown: "?"
    }
  }

  fileprivate var name: String {
    switch self {
    case .good: "good"
    case .caution: "caution"
    case .fatal: "fatal"
    case .unknown: "unknown"
    }
  }
}
