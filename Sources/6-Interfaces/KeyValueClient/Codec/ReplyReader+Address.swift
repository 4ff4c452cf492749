internal import ClientProtocol
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
