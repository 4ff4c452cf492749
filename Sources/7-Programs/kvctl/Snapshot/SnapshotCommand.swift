internal import ArgumentParser

struct SnapshotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot", abstract: "Saves, checks and restores snapshots.",
    subcommands: [SnapshotSave.self, SnapshotVerify.self, SnapshotRestore.self])
}
