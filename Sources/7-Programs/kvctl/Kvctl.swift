internal import ArgumentParser
internal import Glibc

/// The command line of a Quoin cluster.
@main
struct Kvctl: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kvctl",
    abstract: "Reads, writes and looks after a Quoin cluster.",
    discussion: """
      Keys are bytes. On the command line and in tables a backslash begins an escape: \\\\ \\t \\n \
      \\r and \\xHH for any byte. Values are taken and printed as they are, except by ls, load and \
      tables, which escape them in the same way.

      Options that a command takes may stand before it too: kvctl --endpoints host:port status.

      Exit status: 0 done, 1 failed, 2 wrong usage, 3 not found or comparison failed, 4 cluster \
      not available.
      """,
    subcommands: [
      PutCommand.self, GetCommand.self, DelCommand.self, LsCommand.self, TxnCommand.self,
      CasCommand.self, StatusCommand.self, MemberCommand.self, LeaderCommand.self,
      SnapshotCommand.self, WalCommand.self, RecoverCommand.self, CompactCommand.self,
      LoadCommand.self, BenchCommand.self, VipCommand.self, ClusterCommand.self,
      CompletionCommand.self,
    ])

  static func main() async {
    // A reader that went away (kvctl ls | head) is seen as EPIPE where it is written to.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parsed(Array(CommandLine.arguments.dropFirst()))
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      Departure.leave(error)
    }
  }

  /// The command that the arguments, without the program's name, ask for.
  static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
    try parseAsRoot(LeadingOptions.moved(arguments))
  }
}
