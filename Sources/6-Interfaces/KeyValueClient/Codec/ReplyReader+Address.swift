internal import ClientProtocol
internal import Determinism
internal import JSONText
internal import RaftTypes

extension ReplyReader {
  /// The document of `GET /v1/vip`.
  static func addressReport(_ scanner: inout JSONScanner) throws(JSONFault) -> AddressReport {
    var report = AddressReport()
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      // A mode or tier of a newer server is one that this version does not know.
      case "mode": report.mode = AddressReport.Mode(rawValue: try scanner.readString()) ?? .none
      case "endpoints":
        try scanner.beginArray()
        while try scanner.nextElement() { report.endpoints.append(try scanner.readString()) }
      case "interface": report.interface = try optionalText(&scanner)
      case "tier": report.tier = AddressTier(rawValue: try scanner.readString()) ?? .none
      case "remark": report.remark = try scanner.readString()
      case "hardware": report.hardware = try optionalText(&scanner)
      case "held_term": report.heldTerm = try optionalNumber(&scanner).map { Term($0) }
      case "lease_left_ms": report.leaseLeftMilliseconds = try optionalNumber(&scanner)
      case "announced_ms_ago": report.announcedMillisecondsAgo = try optionalNumber(&scanner)
      case "conflicts": report.conflicts = try scanner.readUInt64()
      case "last_conflict": report.lastConflict = try conflict(&scanner)
      default: return false
      }
      return true
    }
    return report
  }

  /// The document of `GET /v1/vip/history`.
  static func addressClaims(
    _ scanner: inout JSONScanner
  ) throws(JSONFault) -> [AddressLedger.Entry] {
    var claims: [AddressLedger.Entry] = []
    try members(&scanner) { name, scanner throws(JSONFault) in
      guard name == "claims" else { return false }
      try scanner.beginArray()
      while try scanner.nextElement() { claims.append(try claim(&scanner)) }
      return true
    }
    return claims
  }

  private static func claim(_ scanner: inout JSONScanner) throws(JSONFault) -> AddressLedger.Entry {
    var term = Term.zero
    var node = NodeID(0)
    var tier = AddressTier.none
    var claimed = LogTime.zero
    var held: LogTime?
    var released: LogTime?
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "term": term = Term(try scanner.readUInt64())
      case "node": node = NodeID(try scanner.readUInt64())
      case "tier": tier = AddressTier(rawValue: try scanner.readString()) ?? .none
      case "claimed_ms": claimed = LogTime(milliseconds: try scanner.readUInt64())
      case "held_ms": held = try optionalNumber(&scanner).map { LogTime(milliseconds: $0) }
      case "released_ms": released = try optionalNumber(&scanner).map { LogTime(milliseconds: $0) }
      default: return false
      }
      return true
    }
    return AddressLedger.Entry(
      term: term, claim: AddressClaim(node: node, tier: tier, linger: .zero), claimedAt: claimed,
      heldAt: held, releasedAt: released)
  }

  private static func conflict(
    _ scanner: inout JSONScanner
  ) throws(JSONFault) -> AddressReport.Conflict? {
    if try scanner.readNull() { return nil }
    var conflict = AddressReport.Conflict(hardware: "", millisecondsAgo: 0)
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "hardware": conflict.hardware = try scanner.readString()
      case "ms_ago": conflict.millisecondsAgo = try scanner.readUInt64()
      default: return false
      }
      return true
    }
    return conflict
  }

  private static func optionalText(_ scanner: inout JSONScanner) throws(JSONFault) -> String? {
    try scanner.readNull() ? nil : try scanner.readString()
  }

  private static func optionalNumber(_ scanner: inout JSONScanner) throws(JSONFault) -> UInt64? {
    try scanner.readNull() ? nil : try scanner.readUInt64()
  }
}
