internal import Determinism
internal import Glibc
internal import LinuxNetwork
internal import NetworkTypes

/// Asks a segment again and again who has an address, and tells what it hears.
struct AddressObserver {
  /// Between two questions.
  static let beat = TimeSpan.milliseconds(10)

  private let segment: Segment
  private(set) var record = SegmentRecord()

  init(_ address: IPAddress, on interface: String) throws(CommandFailure) {
    do throws(NetworkFault) {
      segment = try Segment(for: address, on: try NetworkInterface.named(interface))
    } catch {
      throw CommandFailure("cannot observe \(address) on \(interface): \(error)")
    }
  }

  /// Until `deadline`, or until somebody ends it by a signal.
  mutating func run(
    until deadline: Instant, tell: (SegmentRecord.Finding) throws -> Void
  ) throws {
    var next = BootClock.now()
    while !Interruption.isRequested {
      let now = BootClock.now()
      guard now < deadline else { break }
      if now >= next {
        // A beat that was missed is not made up for: an answer belongs to the last question.
        next = now + Self.beat
        record.asked()
        try ask()
      }
      var interest = pollfd(fd: segment.descriptor, events: Int16(POLLIN), revents: 0)
      let rest = next.since(BootClock.now()).nanoseconds
      guard poll(&interest, 1, Int32(rest / 1_000_000 + 1)) > 0 else { continue }
      for finding in try listen() { try tell(finding) }
    }
    for finding in record.end(at: BootClock.now()) { try tell(finding) }
  }

  private func ask() throws(CommandFailure) {
    do throws(NetworkFault) { try segment.probe() } catch {
      throw CommandFailure("cannot ask on \(segment.interface.name): \(error)")
    }
  }

  private mutating func listen() throws(CommandFailure) -> [SegmentRecord.Finding] {
    let events: [SegmentEvent]
    do throws(NetworkFault) { events = try segment.receive() } catch {
      throw CommandFailure("cannot listen on \(segment.interface.name): \(error)")
    }
    let now = BootClock.now()
    var findings: [SegmentRecord.Finding] = []
    for event in events {
      switch event {
      case .claimed(let holder):
        findings += record.heard(holder, isAnswer: false, at: now)
      case .probed, .asked: break
      }
    }
    return findings
  }
}
