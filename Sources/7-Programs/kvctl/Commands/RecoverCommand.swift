internal import ArgumentParser
internal import Glibc
internal import KeyValueStore
internal import PosixStorage
internal import RaftTypes
internal import WriteAheadLog

struct RecoverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover",
    abstract: "Makes a cluster of the disks that are left, when a majority is lost for good.",
    discussion: """
      Stop all nodes that are left, and name their data directories; on several machines, copy \
      them to one. A node whose disk comes back later belongs to the old epoch and is refused: \
      wipe it and add it again. docs/RECOVERY.md tells the whole procedure.
      """,
    subcommands: [Plan.self, Apply.self])

  /// The directories that are left.
  struct Subject: ParsableArguments {
    @Argument(
      help: ArgumentHelp("Data directories of nodes that are stopped: DIR/nK.", valueName: "dir"))
    var directories: [String]

    func validate() throws {
      let names = try directories.map { try LocalCluster.absolute($0) }
      guard Set(names).count == names.count else {
        throw ValidationError("a directory is named twice.")
      }
    }
  }

  struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says what would be kept, and what may be lost. Changes nothing.")

    @OptionGroup var subject: Subject
    @OptionGroup var output: OutputOptions

    func run() throws {
      for directory in subject.directories { try Self.refuse(directory) }
      let plan = try RecoveryPlan(subject.directories.map(SurvivingCopy.init(reading:)))
      let state = try RecoveredState(plan)
      var printer = Printer()
      switch output.format {
      case .json: try printer.line(plan.document(state))
      case .simple, .table: for line in plan.lines(state) { try printer.line(line) }
      }
      try printer.flush()
    }

    /// A directory that changes, or is about to.
    private static func refuse(_ directory: String) throws(CommandFailure) {
      if let pid = try LocalCluster.holder(of: directory) {
        throw CommandFailure("process \(pid) runs on \(directory): stop it first")
      }
      let change: EpochChange<PosixFileSystem>?
      do throws(LogFault) {
        change = try EpochChange.found(on: PosixFileSystem(root: directory, access: .readOnly))
      } catch {
        throw CommandFailure("\(directory): \(error)")
      }
      if let change {
        throw CommandFailure(
          "\(directory)/\(change.prepared) waits to take its place, since an apply that was "
            + "interrupted: repeat that command")
      }
    }
  }

  struct Apply: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes what the plan keeps into the directories, as a new epoch of the cluster.",
      discussion: """
        What a directory held goes to its folder before-epoch-N; nothing is deleted. The command \
        may be interrupted and repeated. Afterwards start the nodes as usual.
        """)

    @OptionGroup var subject: Subject
    @Option(
      help: ArgumentHelp(
        "Go on with these nodes only; default: all whose directories are named.",
        valueName: "id,…"))
    var keepNode: String?
    @Flag(help: "Do not ask.")
    var yes = false
    @Flag(help: "Go on although the disks are a majority, which needs no recovery.")
    var despiteQuorum = false

    func run() throws {
      let kept = try NodeList.parse(keepNode, option: "--keep-node")
      let locks = try subject.directories.map(Self.lock)
      defer { withExtendedLifetime(locks) {} }
      let places = try subject.directories.map(PreparedEpoch.Place.init(reading:))
      var printer = Printer()
      switch try PreparedEpoch.judge(places) {
      case .finish(let directories):
        try directories.forEach(RecoveryApplication.finish)
        try printer.line("finished what an earlier apply began in \(directories.count) directories")
      case .anew:
        let plan = try RecoveryPlan(subject.directories.map(SurvivingCopy.init(reading:)))
        let state = try RecoveredState(plan)
        let application = try RecoveryApplication(plan, state, keeping: kept)
        for line in plan.lines(state).dropLast() { try printer.line(line) }
        try printer.flush()
        try refuseNeedless(plan)
        try confirm(application)
        try application.run()
        let voters = application.survivors.map { "\($0.node.number)" }.joined(separator: ", ")
        try printer.line("wrote epoch \(plan.nextCluster.epoch); its voters: \(voters)")
      }
      try printer.line(
        "next       start these nodes; wipe the others and add them: kvctl member add")
      try printer.flush()
    }

    private static func lock(_ directory: String) throws(CommandFailure) -> DirectoryLock {
      guard access(directory, F_OK) == 0 else {
        throw CommandFailure("\(directory) does not exist")
      }
      do throws(LockFault) {
        return try DirectoryLock(directory: directory)
      } catch {
        throw CommandFailure("\(error): stop it first; nothing was changed")
      }
    }

    private func refuseNeedless(_ plan: RecoveryPlan) throws(CommandFailure) {
      guard plan.hasQuorum, !despiteQuorum else { return }
      throw CommandFailure(
        "these disks are a majority of the voters: start their nodes instead, nothing is lost "
          + "then; --despite-quorum goes on nevertheless; nothing was changed")
    }

    private func confirm(_ application: RecoveryApplication) throws(CommandFailure) {
      guard !yes else { return }
      guard isatty(STDIN_FILENO) == 1 else {
        throw CommandFailure(
          "there is nobody to ask: look at the plan, then repeat with --yes; nothing was changed",
          status: .usage)
      }
      let epoch = application.plan.nextCluster.epoch
      Terminal.write("\nType the number of the new epoch, \(epoch), to go on: ", to: .error)
      guard readLine()?.filter({ $0 != " " }) == "\(epoch)" else {
        throw CommandFailure("nothing was changed")
      }
    }
  }
}
