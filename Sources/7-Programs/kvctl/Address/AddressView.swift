internal import ClientProtocol
internal import JSONText
internal import KeyValueClient
internal import RaftTypes

/// What every node of a cluster says of the address, put together.
struct AddressView {
  /// One node's word.
  struct Answer {
    let id: NodeID
    let endpoint: Endpoint
    /// Nil: it did not answer.
    let report: AddressReport?
    let document: [UInt8]
  }

  /// Ascending by node.
  let answers: [Answer]

  /// Asks all nodes that the cluster knows, at once.
  static func gather(_ connection: ConnectionOptions) async throws -> AddressView {
    let timeout = min(connection.timeout.duration, .milliseconds(1500))
    let cluster = try await ClusterView.gather(connection.resolved(), timeout: timeout)
    let answers = await withTaskGroup(of: Answer?.self) { group in
      for node in cluster.status.nodes {
        guard let endpoint = Endpoint(node.clientAddress) else { continue }
        let id = node.id
        group.addTask {
          let client = KeyValueClient(
            ClientConfiguration(endpoints: [endpoint], deadline: timeout, replyTimeout: timeout))
          defer { client.close() }
          let answer = try? await client.addressDocument()
          return Answer(
            id: id, endpoint: endpoint, report: answer?.0, document: answer?.1 ?? [])
        }
      }
      var found: [Answer] = []
      for await answer in group { if let answer { found.append(answer) } }
      return found.sorted { $0.id < $1.id }
    }
    return AddressView(answers: answers)
  }

  /// Who says that it holds the address; more than one while two answers are of different times.
  var holders: [Answer] { answers.filter { $0.report?.heldTerm != nil } }

  /// For people.
  var lines: [String] {
    let addresses = answers.lazy.compactMap { $0.report?.endpoints }.first { !$0.isEmpty } ?? []
    var lines = [
      addresses.isEmpty ? "no node has an address to hold" : addresses.joined(separator: ", ")
    ]
    var table = Table([
      ("NODE", .left), ("MODE", .left), ("TIER", .left), ("HOLDS", .left), ("LEASE", .right),
      ("ANNOUNCED", .right), ("CONFLICTS", .right), ("INTERFACE", .left),
    ])
    for answer in answers { table.add(Self.cells(answer)) }
    lines += table.lines
    for answer in answers {
      guard let report = answer.report else { continue }
      if !report.remark.isEmpty { lines.append("\(answer.id): \(report.remark)") }
      if let conflict = report.lastConflict {
        lines.append(
          "\(answer.id): \(conflict.hardware) claimed the address "
            + "\(Figures.seconds(Double(conflict.millisecondsAgo) / 1000)) ago")
      }
    }
    return lines
  }

  private static func cells(_ answer: Answer) -> [String] {
    guard let report = answer.report else {
      return ["\(answer.id)", "no answer", "-", "-", "-", "-", "-", "-"]
    }
    let place = [report.interface, report.hardware].compactMap(\.self).joined(separator: " ")
    return [
      "\(answer.id)", report.mode.rawValue, report.tier.rawValue,
      report.heldTerm.map { "term \($0.number)" } ?? "-",
      report.leaseLeftMilliseconds.map { "\($0) ms" } ?? "-",
      report.announcedMillisecondsAgo.map { "\(Figures.seconds(Double($0) / 1000)) ago" } ?? "-",
      "\(report.conflicts)", place.isEmpty ? "-" : place,
    ]
  }

  /// The nodes' documents, each under its node's id; null for one that did not answer.
  var document: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.name("holder")
    if let holder = holders.first { writer.value(holder.id.number) } else { writer.null() }
    writer.name("nodes")
    writer.beginArray()
    for answer in answers {
      writer.beginObject()
      writer.member("id", answer.id.number)
      writer.name("vip")
      if answer.report == nil { writer.null() } else { writer.value(document: answer.document) }
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }
}
