internal import ArgumentParser
internal import PosixStorage
internal import WriteAheadLog

struct WalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wal", abstract: "Looks into a node's data directory, changing nothing.",
    subcommands: [Dump.self, Verify.self])

  /// What is common to both.
  struct Subject: ParsableArguments {
    @Argument(help: ArgumentHelp("The data directory of one node: DIR/nK.", valueName: "dir"))
    var directory: String

    /// Hands every finding to `visit`; warns when a node runs on the directory.
    func inspect(_ visit: (LogFinding) -> Void) throws(CommandFailure) {
      if let pid = try LocalCluster.holder(of: directory) {
        Terminal.complain(
          "process \(pid) runs on \(directory): what it is writing now may look torn")
      }
      let files = PosixFileSystem(root: directory, access: .readOnly)
      do throws(LogFault) {
        try LogInspection(files).run(visit)
      } catch {
        if case .file(.notFound) = error {
          throw CommandFailure("\(directory) is no data directory of a node: name DIR/nK")
        }
        throw CommandFailure("\(directory): \(error)")
      }
    }
  }

  struct Dump: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints identity, ballot, snapshots and every entry of the log.",
      discussion:
        "json prints an object on each line, of kind identity, ballot, snapshot, segment, …")

    @OptionGroup var subject: Subject
    @OptionGroup var output: OutputOptions

    func run() throws {
      var printer = Printer()
      var gone: OutputFault?
      try subject.inspect { finding in
        guard gone == nil else { return }
        do throws(OutputFault) {
          for line in finding.dump(as: output.format) { try printer.line(line) }
        } catch {
          gone = error
        }
      }
      if let gone { throw gone }
      try printer.flush()
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Checks every byte of the log, the ballot and the snapshots.",
      discussion: """
        A torn tail is no damage: nobody was promised what it held, and the next start cuts it \
        off. Exit status 1 when anything else is wrong.
        """)

    @OptionGroup var subject: Subject
    @OptionGroup var output: OutputOptions

    func run() throws {
      var summary = LogSummary()
      try subject.inspect { summary.count($0) }
      var printer = Printer()
      switch output.format {
      case .json: try printer.line(summary.document)
      case .simple, .table: for line in summary.lines { try printer.line(line) }
      }
      try printer.flush()
      guard summary.troubles.isEmpty else {
        throw CommandFailure(
          "\(subject.directory): \(summary.troubles.count) findings; a faulty record is repaired "
            + "from the other nodes when the node runs, damage is not: restore the file from a copy"
        )
      }
    }
  }
}
