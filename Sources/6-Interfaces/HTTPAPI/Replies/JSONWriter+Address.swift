internal import ClientProtocol
internal import JSONText
internal import RaftTypes

extension JSONWriter {
  /// A node's standing to the cluster's address.
  mutating func write(_ report: AddressReport) {
    beginObject()
    member("mode", report.mode.rawValue)
    name("endpoints")
    beginArray()
    for endpoint in report.endpoints { value(endpoint) }
    endArray()
    member("interface", orNull: report.interface)
    member("tier", report.tier.rawValue)
    member("remark", report.remark)
    member("hardware", orNull: report.hardware)
    member("holds", report.heldTerm != nil)
    member("held_term", orNull: report.heldTerm?.number)
    member("lease_left_ms", orNull: report.leaseLeftMilliseconds)
    member("announced_ms_ago", orNull: report.announcedMillisecondsAgo)
    member("conflicts", report.conflicts)
    name("last_conflict")
    if let conflict = report.lastConflict {
      beginObject()
      member("hardware", conflict.hardware)
      member("ms_ago", conflict.millisecondsAgo)
      endObject()
    } else {
      null()
    }
    endObject()
  }

  /// Claims of the address, the oldest first; times are the log's, in milliseconds of Unix time.
  mutating func write(_ ledger: AddressLedger) {
    beginObject()
    name("claims")
    beginArray()
    for entry in ledger.entries {
      beginObject()
      member("term", entry.term.number)
      member("node", entry.claim.node.number)
      member("tier", entry.claim.tier.rawValue)
      member("claimed_ms", entry.claimedAt.milliseconds)
      member("held_ms", orNull: entry.heldAt?.milliseconds)
      member("released_ms", orNull: entry.releasedAt?.milliseconds)
      endObject()
    }
    endArray()
    endObject()
  }

  private mutating func member(_ name: StaticString, orNull text: String?) {
    self.name(name)
    if let text { value(text) } else { null() }
  }

  private mutating func member(_ name: StaticString, orNull number: UInt64?) {
    self.name(name)
    if let number { value(number) } else { null() }
  }
}
