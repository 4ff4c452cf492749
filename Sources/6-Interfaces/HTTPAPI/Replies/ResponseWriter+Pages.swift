internal import ClientProtocol
internal import JSONText
internal import NIOCore
internal import RaftTypes

/// The pages that the interface answers itself, without asking the cluster.
extension ResponseWriter {
  mutating func writePage(
    _ endpoint: Endpoint, verbose: Bool, of server: HTTPServer, _ delivery: Delivery,
    into out: inout ByteBuffer
  ) -> Int {
    let stamp = server.port.stamp
    switch endpoint {
    case .alive:
      let condition = server.port.condition
      return probe(condition.isAlive, condition, verbose, stamp, delivery, into: &out)
    case .ready:
      let condition = server.port.condition
      return probe(condition.isReady, condition, verbose, stamp, delivery, into: &out)
    case .status:
      let condition = server.port.condition
      return document(stamp, delivery, into: &out) { $0.write(condition) }
    case .vip, .announce:
      if endpoint == .announce { server.port.announceAddress() }
      let report = server.port.addressReport
      return document(stamp, delivery, into: &out) { $0.write(report) }
    case .vipHistory:
      let ledger = server.port.addressLedger
      return document(stamp, delivery, into: &out) { $0.write(ledger) }
    case .limits:
      return document(stamp, delivery, into: &out) { $0.write(server.limits) }
    case .index:
      return document(stamp, delivery, into: &out) { $0.writeRoutes() }
    case .metrics:
      var page = MetricsPage()
      server.port.writeMetrics(to: &page)
      server.gauges.write(to: &page)
      var head = ResponseHead(
        contentLength: page.bytes.count, persistence: delivery.persistence, stamp: stamp)
      head.content = .metrics
      return write(page.bytes[...], head, delivery, into: &out)
    case .putKey, .getKey, .deleteKey, .readRange, .deleteRange, .transaction, .compact, .cluster,
      .leader, .transferLeader, .members, .addMember, .removeMember, .promoteMember,
      .demoteMember, .health, .snapshot, .snapshotFile:
      preconditionFailure("ResponseWriter: \(endpoint) is no page")
    }
  }

  /// The answer to OPTIONS.
  mutating func writeAllow(
    _ allow: String, _ stamp: ReplyStamp, _ delivery: Delivery, into out: inout ByteBuffer
  ) -> Int {
    var head = ResponseHead(
      status: 204, content: .none, contentLength: 0, persistence: delivery.persistence,
      stamp: stamp)
    head.allow = allow
    return write([], head, delivery, into: &out)
  }

  /// One word, or with `verbose` one line a check; 503 when the answer is no.
  private mutating func probe(
    _ isPassed: Bool, _ condition: NodeCondition, _ verbose: Bool, _ stamp: ReplyStamp,
    _ delivery: Delivery, into out: inout ByteBuffer
  ) -> Int {
    var text = ""
    if verbose {
      for check in condition.checks {
        let detail = check.detail.isEmpty ? "" : ": \(check.detail)"
        text += "[\(check.isPassed ? "+" : "-")] \(check.name)\(detail)\n"
      }
    }
    text += isPassed ? "ok\n" : "failed\n"
    var head = ResponseHead(
      status: isPassed ? 200 : 503, content: .text, contentLength: text.utf8.count,
      persistence: delivery.persistence, stamp: stamp)
    head.retryAfter = ErrorMapping.retryAfter(head.status)
    return write(Array(text.utf8)[...], head, delivery, into: &out)
  }
}

extension JSONWriter {
  fileprivate mutating func write(_ condition: NodeCondition) {
    beginObject()
    member("alive", condition.isAlive)
    member("ready", condition.isReady)
    name("leader")
    if let leader = condition.leader {
      beginObject()
      member("id", leader.id.number)
      member("client", leader.client)
      endObject()
    } else {
      null()
    }
    member("disk", condition.disk.description)
    name("cluster")
    if let cluster = condition.cluster { value(cluster.description) } else { null() }
    member("empty", condition.cluster == nil)
    let status = condition.status
    member("lag", UInt64(status.commitIndex.distance(from: status.appliedIndex)))
    name("node")
    write(status)
    name("checks")
    beginArray()
    for check in condition.checks {
      beginObject()
      member("name", check.name)
      member("passed", check.isPassed)
      member("detail", check.detail)
      endObject()
    }
    endArray()
    endObject()
  }

  fileprivate mutating func write(_ limits: Limits) {
    beginObject()
    member("key_bytes", UInt64(limits.keyBytes))
    member("value_bytes", UInt64(limits.valueBytes))
    member("transaction_operations", UInt64(limits.transactionOperations))
    member("body_bytes", UInt64(limits.bodyBytes))
    member("header_field_bytes", UInt64(limits.headerFieldBytes))
    member("header_bytes", UInt64(limits.headerBytes))
    member("header_count", UInt64(limits.headerCount))
    member("page_items", UInt64(limits.pageItems))
    member("page_items_most", UInt64(limits.pageItemsMost))
    member("page_bytes", UInt64(limits.pageBytes))
    member("page_bytes_most", UInt64(limits.pageBytesMost))
    member("timeout_ms", UInt64(limits.timeoutMilliseconds))
    member("timeout_ms_most", UInt64(limits.timeoutMillisecondsMost))
    member("connections", UInt64(limits.connections))
    member("pipelined", UInt64(limits.pipelined))
    member("in_flight", UInt64(limits.inFlight))
    member("in_flight_bytes", UInt64(limits.inFlightBytes))
    member("unsent_bytes", UInt64(limits.unsentBytes))
    member("unsent_bytes_of_all", UInt64(limits.unsentBytesOfAll))
    endObject()
  }

  fileprivate mutating func writeRoutes() {
    beginObject()
    member("service", "quoin")
    name("routes")
    beginArray()
    for route in Routes.table {
      let parameters = route.parameters.map(\.rawValue).joined(separator: "&")
      let query = parameters.isEmpty ? "" : "?" + parameters
      value("\(route.method.name) \(route.path)\(query)")
    }
    endArray()
    endObject()
  }
}
