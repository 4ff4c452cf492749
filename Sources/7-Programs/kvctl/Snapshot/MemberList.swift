internal import KeyValueClient

/// The members of a cluster on the command line: `1=10.0.0.1:7380/10.0.0.1:7379,2=…`.
struct MemberList: Equatable {
  struct Member: Equatable {
    let id: UInt64
    let peer: Endpoint
    let client: Endpoint
  }

  /// Ascending by id; at least one.
  let members: [Member]

  init(_ text: String) throws(CommandFailure) {
    var members: [Member] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let trimmed = part.drop { $0 == " " }
      let sides = trimmed.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let addresses =
        sides.count == 2
        ? sides[1].split(separator: "/", omittingEmptySubsequences: false) : []
      guard sides.count == 2, addresses.count == 2, let id = UInt64(sides[0]), id > 0,
        let peer = Endpoint(addresses[0]), let client = Endpoint(addresses[1])
      else {
        throw CommandFailure(
          "'\(trimmed)' is no member: write ID=PEER/CLIENT, as in "
            + "1=10.0.0.1:7380/10.0.0.1:7379", status: .usage)
      }
      members.append(Member(id: id, peer: peer, client: client))
    }
    let addresses = members.flatMap { [$0.peer, $0.client] }
    guard Set(members.map(\.id)).count == members.count,
      Set(addresses).count == addresses.count
    else {
      throw CommandFailure(
        "--members names an id or an address twice", status: .usage)
    }
    self.members = members.sorted { $0.id < $1.id }
  }

  /// The same list always has the same text.
  var text: String {
    members.map { "\($0.id)=\($0.peer)/\($0.client)" }.joined(separator: ",")
  }
}
