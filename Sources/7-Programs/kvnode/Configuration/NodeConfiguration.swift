import Configuration
import Foundation
import Logging
import NIOCore
import RaftCore
import RaftTypes

/// What a node is told by its flags, its environment and its file; a flag wins over the
/// environment, the environment over the file. Every value is checked here, before anything is
/// opened.
struct NodeConfiguration: Sendable {
  let id: NodeID
  /// The data directory.
  let data: String
  let client: Endpoint
  let peer: Endpoint
  /// The user to become, when started as root; nil: it stays who it is.
  let user: String?
  let virtualAddress: VirtualAddress
  let consensus: Settings
  let logLevel: Logger.Level

  /// Reads and checks everything.
  ///
  /// - Parameter arguments: the command line, the program's name first.
  static func load(
    _ arguments: [String], environment: [String: String] = ProcessInfo.processInfo.environment
  ) async throws(ConfigurationFault) -> NodeConfiguration {
    let flags = try Flags(arguments)
    let reader = try await Sources.reader(arguments, environment, file: flags.file)
    return try NodeConfiguration(Values(reader: reader))
  }

  private init(_ values: Values) throws(ConfigurationFault) {
    let number = try values.required(.nodeID)
    guard let id = UInt64(number), id > 0 else {
      throw .unusable(.nodeID, number, "a whole number from 1, unique in the cluster")
    }
    self.id = NodeID(id)
    data = try values.required(.nodeData)
    client = try values.endpoint(.listenClient)
    peer = try values.endpoint(.listenPeer)
    user = values[.nodeUser]
    consensus = try Self.profile(values).with(leaseReads: Self.leaseReads(values))
    virtualAddress = try VirtualAddress(values, beside: client)
    let level = values[.logLevel] ?? "info"
    guard let known = Logger.Level(rawValue: level) else {
      throw .unusable(
        .logLevel, level, "one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    logLevel = known
  }

  private static func leaseReads(_ values: Values) throws(ConfigurationFault) -> Bool {
    let word = values[.readsLease] ?? "off"
    switch word {
    case "on": return true
    case "off": return false
    case _: throw .unusable(.readsLease, word, "on or off")
    }
  }

  private static func profile(_ values: Values) throws(ConfigurationFault) -> Settings {
    let name = values[.profile] ?? "lan"
    switch name {
    case "lan": return .lan
    case "lan-fast": return .lanFast
    case "wan": return .wan
    case _: throw .unusable(.profile, name, "lan, lan-fast or wan")
    }
  }
}
