import ClientProtocol
import HTTPAPI

extension AddressReport {
  /// Appends what changes; nothing for a node without an address.
  func write(to page: inout MetricsPage) {
    guard mode != .none else { return }
    page.begin("quoin_vip_tier", "1 for what ends the hold of a frozen holder.", type: "gauge")
    for tier in AddressTier.allCases {
      page.sample("quoin_vip_tier", labels: "tier=\"\(tier.rawValue)\"", tier == self.tier ? 1 : 0)
    }
    page.gauge(
      "quoin_vip_lease_left_seconds", "Until the lease ends unless it is renewed.",
      Double(leaseLeftMilliseconds ?? 0) / 1000)
    if let announcedMillisecondsAgo {
      page.gauge(
        "quoin_vip_announced_seconds_ago", "Since the address was last announced from here.",
        Double(announcedMillisecondsAgo) / 1000)
    }
    page.counter("quoin_vip_conflicts_total", "Alarms about strangers on the address.", conflicts)
  }
}
