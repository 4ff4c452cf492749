internal import ArgumentParser

/// The virtual address: who holds it, and whether that is so.
struct VipCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vip", abstract: "Looks after the cluster's virtual address.",
    subcommands: [
      VipStatus.self, VipHistory.self, VipAnnounce.self, VipObserve.self, VipDoctor.self,
    ],
    defaultSubcommand: VipStatus.self)
}
