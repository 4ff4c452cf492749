internal import ArgumentParser
internal import KeyValueClient
internal import RaftTypes

struct SnapshotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot", abstract: "Looks after snapshots.", subcommands: [Save.self])

  struct Save: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Has the leader write a snapshot now, and waits for it.",
      discussion: """
        Every node cuts its state at the same entry; the command returns when the leader's file is \
        on its disk, under snapshots/ of its data directory. For a large store raise --timeout.
        """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      var configuration = try connection.configuration()
      configuration.replyTimeout = configuration.deadline
      let snapshot = try await KeyValueClient(configuration).takeSnapshot()
      let (term, index) = (snapshot.position.term.number, snapshot.position.index.number)
      var printer = Printer()
      switch output.format {
      case .simple, .table:
        try printer.line(
          "snapshot up to entry \(index) of term \(term), \(Figures.bytes(snapshot.bytes))")
      case .json:
        try printer.line(#"{"term":\#(term),"index":\#(index),"bytes":\#(snapshot.bytes)}"#)
      }
      try printer.flush()
    }
  }
}
