internal import ArgumentParser
internal import ClientProtocol
internal import KeyValueClient
internal import RaftTypes

struct MemberAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Takes a new node into the cluster.",
    discussion: """
      Start kvnode on an empty directory first: the new node is asked at its client address for \
      the name of its disk. Waits until it is a voter, or has left again.
      """)

  @Argument(help: "The number of the new node.") var id: UInt64
  @OptionGroup var addresses: MemberAddresses
  @Flag(help: "It stays a learner: a copy that decides nothing.") var learner = false
  @Option(help: ArgumentHelp("Take the place of this voter.", valueName: "id"))
  var replace: UInt64?
  @OptionGroup var waiting: WaitingOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !learner || replace == nil else {
      throw ValidationError("--learner and --replace exclude each other.")
    }
  }

  func run() async throws {
    let usual: MemberAim = learner ? .learner : .voter
    let aim = replace.map { MemberAim.replacement(of: NodeID($0)) } ?? usual
    try await Admission(node: NodeID(id), addresses: addresses, aim: aim)
      .run(connection, waiting, output.format)
  }
}

struct MemberReplace: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replace", abstract: "Puts a new node in the place of a voter.",
    discussion: """
      The same as add NEW --replace OLD: the new one becomes a voter in the very step in which the \
      old one leaves.
      """)

  @Argument(help: "The voter that leaves.") var old: UInt64
  @Argument(help: "The number of the new node.") var new: UInt64
  @OptionGroup var addresses: MemberAddresses
  @OptionGroup var waiting: WaitingOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Admission(
      node: NodeID(new), addresses: addresses, aim: .replacement(of: NodeID(old))
    ).run(connection, waiting, output.format)
  }
}

/// Where a new member listens, as the others reach it.
struct MemberAddresses: ParsableArguments {
  @Option(help: ArgumentHelp("Where the other members reach it.", valueName: "host:port"))
  var peer: String
  @Option(help: ArgumentHelp("Where clients reach it.", valueName: "host:port"))
  var client: String
}
