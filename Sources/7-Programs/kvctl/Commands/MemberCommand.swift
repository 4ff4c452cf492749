internal import ArgumentParser
internal import ClientProtocol
internal import KeyValueClient
internal import RaftTypes

struct MemberCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "member", abstract: "Shows and changes who belongs to the cluster.",
    discussion: """
      One change at a time. A new member first copies the log and becomes a voter by itself once \
      it has caught up; one that cannot be reached, or does not keep up, leaves again by itself. \
      A member whose disk was lost is filled again without any command.
      """,
    subcommands: [
      List.self, MemberAdd.self, MemberReplace.self, Promote.self, Demote.self, Remove.self,
    ],
    defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ls", abstract: "Shows the members.",
      discussion: """
        LAG is the number of log entries that a member does not hold yet. json is the document of \
        GET /v1/cluster/members.
        """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let (membership, document) = try await connection.client().membersDocument()
      try MemberReport(membership: membership, document: document).print(as: output.format)
    }
  }

  struct Promote: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a learner a voter, once it has caught up.")

    @Argument(help: "The member.") var id: UInt64
    @OptionGroup var waiting: WaitingOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let client = try connection.client()
      try await client.promoteMember(NodeID(id))
      try await waiting.arrive(NodeID(id), as: .voter, client, output.format)
    }
  }

  struct Demote: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a voter a learner: it keeps the data and decides nothing.")

    @Argument(help: "The member.") var id: UInt64
    @OptionGroup var waiting: WaitingOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let client = try connection.client()
      try await client.demoteMember(NodeID(id))
      try await waiting.arrive(NodeID(id), as: .learner, client, output.format)
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes a member out of the cluster.",
      discussion: "A leader hands over as it goes. Stop the removed node's process afterwards.")

    @Argument(help: "The member.") var id: UInt64
    @OptionGroup var waiting: WaitingOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let client = try connection.client()
      try await client.removeMember(NodeID(id))
      try await waiting.arrive(NodeID(id), as: .stranger, client, output.format)
    }
  }
}
