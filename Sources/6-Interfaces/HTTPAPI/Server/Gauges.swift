internal import NIOCore

/// What the server counts: for its own limits, and for `/metrics`.
final class Gauges {
  var connections = 0
  private var connectionsAccepted: UInt64 = 0
  var connectionsRefused: UInt64 = 0
  /// Cut off for being slow.
  var connectionsCut: UInt64 = 0
  /// Requests that the node has not answered yet.
  var inFlight = 0
  /// Refusals for lack of room that wait for their turn.
  var refusalsWaiting = 0
  /// Snapshots being downloaded.
  var downloads = 0
  /// Bytes of bodies being received or with the node, and of answers that wait for an earlier one.
  var heldBytes = 0
  /// Bytes of answers that clients who lag have not taken.
  var unsentBytes = 0
  var receivedBytes: UInt64 = 0
  var sentBytes: UInt64 = 0
  /// By status.
  var responses = [UInt64](repeating: 0, count: 600)
  private var reads = LatencyHistogram()
  private var writes = LatencyHistogram()

  func connectionOpened() {
    connections += 1
    connectionsAccepted += 1
  }

  /// The node answered a request that it got at `start`.
  func answered(_ form: ReplyForm, _ start: NIODeadline, _ bodyBytes: Int) {
    inFlight -= 1
    heldBytes -= bodyBytes
    let nanoseconds = UInt64(max(0, (NIODeadline.now() - start).nanoseconds))
    switch form {
    case .put, .conditionalPut, .deleted, .conditionalDelete, .transaction:
      writes.record(nanoseconds)
    case .key, .page: reads.record(nanoseconds)
    case .compacted, .cluster, .leader, .members, .health, .transferred, .snapshot: break
    }
  }

  func write(to page: inout MetricsPage) {
    page.gauge("quoin_http_connections", "Open client connections.", Double(connections))
    page.counter(
      "quoin_http_connections_accepted_total", "Connections accepted.", connectionsAccepted)
    page.counter(
      "quoin_http_connections_refused_total", "Connections refused for lack of room.",
      connectionsRefused)
    page.counter(
      "quoin_http_connections_cut_total", "Connections cut off for being slow.", connectionsCut)
    page.gauge("quoin_http_requests_in_flight", "Requests with the node.", Double(inFlight))
    page.gauge(
      "quoin_http_refusals_waiting", "Answers 429 that wait for their turn.",
      Double(refusalsWaiting))
    page.gauge("quoin_http_downloads", "Snapshots being downloaded.", Double(downloads))
    page.gauge(
      "quoin_http_body_bytes", "Bytes held of request bodies, and of answers out of turn.",
      Double(heldBytes))
    page.gauge(
      "quoin_http_unsent_bytes", "Bytes of answers that lagging clients have not taken.",
      Double(unsentBytes))
    page.counter("quoin_http_received_bytes_total", "Bytes received.", receivedBytes)
    page.counter("quoin_http_sent_bytes_total", "Bytes sent.", sentBytes)
    page.begin("quoin_http_responses_total", "Responses by status.", type: "counter")
    for (status, count) in responses.enumerated() where count > 0 {
      page.sample("quoin_http_responses_total", labels: "status=\"\(status)\"", Double(count))
    }
    let name = "quoin_http_request_seconds"
    page.begin(name, "From a request's last byte to the node's answer.", type: "histogram")
    reads.write(name, labels: "kind=\"read\"", to: &page)
    writes.write(name, labels: "kind=\"write\"", to: &page)
  }
}

/// Counts by powers of two, from 16 µs to 16 s: enough to see a percentile double.
struct LatencyHistogram {
  private static let buckets = 21
  /// Bucket i holds what took less than 2^i · 16,384 ns.
  private var counts = [UInt64](repeating: 0, count: buckets)
  private var total: UInt64 = 0
  private var sum: UInt64 = 0

  mutating func record(_ nanoseconds: UInt64) {
    total += 1
    sum &+= nanoseconds
    let bucket = UInt64.bitWidth - (nanoseconds >> 14).leadingZeroBitCount
    if bucket < Self.buckets { counts[bucket] += 1 }
  }

  func write(_ name: String, labels: String, to page: inout MetricsPage) {
    var below: UInt64 = 0
    for (bucket, count) in counts.enumerated() {
      below += count
      let bound = Double(UInt64(1) << UInt64(14 + bucket)) / 1e9
      page.sample("\(name)_bucket", labels: "\(labels),le=\"\(bound)\"", Double(below))
    }
    page.sample("\(name)_bucket", labels: "\(labels),le=\"+Inf\"", Double(total))
    page.sample("\(name)_sum", labels: labels, Double(sum) / 1e9)
    page.sample("\(name)_count", labels: labels, Double(total))
  }
}
