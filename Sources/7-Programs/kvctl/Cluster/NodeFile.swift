internal import KeyValueClient

/// `node.yaml`: what one kvnode of a local cluster is told, as `cluster init` writes it.
struct NodeFile: Equatable {
  static let name = "node.yaml"

  var id: UInt64
  /// The data directory, absolute.
  var data: String
  var client: Endpoint
  var peer: Endpoint
  var virtualAddress: Endpoint?

  var text: String {
    var text = """
      # kvnode's configuration; flags and QUOIN_… variables win over it.
      node:
        id: \(id)
        data: "\(data)"
      listen:
        client: "\(client)"
        peer: "\(peer)"

      """
    if let virtualAddress {
      text += """
        vip:
          address: "\(virtualAddress)"
          mode: loopback

        """
    }
    return text + "profile: lan\n"
  }

  /// Reads a file of this shape: sections, and values with or without quotes. Whatever else kvnode
  /// understands is passed over; nil when what kvctl needs is missing.
  init?(text: String) {
    var section = ""
    var values: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let content = line.drop { $0 == " " }
      guard content.first != "#", let colon = content.firstIndex(of: ":") else { continue }
      let name = String(content[..<colon])
      let value = content[content.index(after: colon)...].drop { $0 == " " }
      if content.startIndex == line.startIndex { section = value.isEmpty ? name + "." : "" }
      let isQuoted = value.count >= 2 && value.first == "\"" && value.last == "\""
      values[section + name] = String(isQuoted ? value.dropFirst().dropLast() : value)
    }
    guard let id = values["node.id"].flatMap({ UInt64($0) }), let data = values["node.data"],
      let client = values["listen.client"].flatMap({ Endpoint($0) }),
      let peer = values["listen.peer"].flatMap({ Endpoint($0) })
    else { return nil }
    self.init(
      id: id, data: data, client: client, peer: peer,
      virtualAddress: values["vip.address"].flatMap { Endpoint($0) })
  }

  init(id: UInt64, data: String, client: Endpoint, peer: Endpoint, virtualAddress: Endpoint?) {
    self.id = id
    self.data = data
    self.client = client
    self.peer = peer
    self.virtualAddress = virtualAddress
  }
}
