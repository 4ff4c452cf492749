internal import BinaryCodec
internal import ClientProtocol
internal import JSONText
internal import RaftTypes

/// The body of `POST /v1/cluster/members`:
/// `{"id":4,"peer":"host:port","client":"host:port","disk":"d…","learner":false,"replace":2}`.
///
/// `disk` is what the new node's `GET /v1/status` calls its disk. `learner` and `replace` may be
/// left out; a body that says anything else is refused.
struct MemberReader {
  private var id: UInt64?
  private var peer: String?
  private var client: String?
  private var disk: String?
  private var isLearner = false
  private var replaced: UInt64?

  static func read(_ body: Bytes) throws(ClientError) -> MembershipChange {
    var reader = MemberReader()
    do throws(JSONFault) {
      var scanner = JSONScanner(body)
      try scanner.beginObject()
      while let name = try scanner.nextMember() { try reader.take(name, &scanner) }
      try scanner.finish()
    } catch {
      throw .badRequest("the member cannot be read: \(error)")
    }
    return try reader.change()
  }

  private mutating func take(_ name: String, _ scanner: inout JSONScanner) throws(JSONFault) {
    switch name {
    case "id": id = try scanner.readUInt64()
    case "peer": peer = try scanner.readString()
    case "client": client = try scanner.readString()
    case "disk": disk = try scanner.readString()
    case "learner": isLearner = try scanner.readBool()
    case "replace": replaced = try scanner.readNull() ? nil : scanner.readUInt64()
    default:
      throw .expected("id, peer, client, disk, learner or replace", at: scanner.offset)
    }
  }

  private func change() throws(ClientError) -> MembershipChange {
    guard let id, id > 0 else { throw .badRequest("id must be a whole number from 1") }
    guard let disk, let incarnation = DiskIncarnation(text: disk) else {
      throw .badRequest("disk must be what the new node's GET /v1/status calls its disk, as d1f2e")
    }
    let member = Member(
      id: NodeID(id), incarnation: incarnation, peerAddress: try address("peer", peer),
      clientAddress: try address("client", client))
    guard let replaced else { return isLearner ? .addLearner(member) : .add(member) }
    guard !isLearner else {
      throw .badRequest("give learner or replace: who replaces a voter becomes one")
    }
    guard replaced != id else {
      throw .badRequest(
        "a new disk under a member's own id is taken in by itself: start the node on it")
    }
    return .replace(NodeID(replaced), with: member)
  }

  /// `host:port` or `[v6]:port` that other machines can dial.
  private func address(_ name: String, _ text: String?) throws(ClientError) -> String {
    guard let text, let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...]), port > 0
    else { throw .badRequest("\(name) must be host:port") }
    var host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if isBracketed { host = host.dropFirst().dropLast() }
    // 253 bytes: the longest name of the DNS.
    guard !host.isEmpty, host.utf8.count <= 253, isBracketed || !host.contains(":"),
      host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") })
    else { throw .badRequest("\(name) must be host:port, an IPv6 address in brackets") }
    guard host != "0.0.0.0", host != "::" else {
      throw .badRequest("\(name) must be an address that the other members can dial")
    }
    return text
  }
}
