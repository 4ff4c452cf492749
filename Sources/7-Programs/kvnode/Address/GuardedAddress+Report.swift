import ClientProtocol
import Determinism
import GuardProtocol
import NetworkTypes
import RaftTypes
import VirtualIP

extension GuardedAddress {
  var report: AddressReport {
    let now = now()
    var report = AddressReport()
    report.mode = .interface
    report.endpoints = hello.places.map { place in
      let address = place.address
      return address.family == .v6
        ? "[\(address)]:\(hello.port)" : "\(address):\(hello.port)"
    }
    report.interface = hello.places.first?.interface
    report.remark = complaint
    report.tier = tier ?? .none
    for standing in standings ?? [] {
      if case .lifetimeOnly(let reason) = standing.tier { report.remark = reason }
    }
    report.hardware = standings?.first?.hardware.description
    report.heldTerm = held
    report.leaseLeftMilliseconds = held == nil ? nil : leaseEnd?.since(now).milliseconds
    report.announcedMillisecondsAgo = announced.map { now.since($0).milliseconds }
    report.conflicts = conflicts
    report.lastConflict = lastConflict.map {
      .init(hardware: $0.stranger.description, millisecondsAgo: now.since($0.at).milliseconds)
    }
    return report
  }

  /// What ends a hold of this node; nil while the guard has not said. The cluster waits for the
  /// weakest of the addresses.
  var tier: AddressTier? {
    standings.map { $0.allSatisfy { $0.tier == .gate } ? .gate : .lifetime }
  }

  func announce() {
    if let held { _ = perform(.announce(held)) }
  }
}
