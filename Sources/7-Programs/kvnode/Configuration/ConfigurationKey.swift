/// Every key there is: in the file as it stands here, as a flag with dashes, in the environment in
/// capitals behind QUOIN_.
enum ConfigurationKey: String, CaseIterable, Sendable {
  case nodeID = "node.id"
  case nodeData = "node.data"
  case nodeUser = "node.user"
  case listenClient = "listen.client"
  case listenPeer = "listen.peer"
  case vipAddress = "vip.address"
  case vipMode = "vip.mode"
  case vipInterface = "vip.interface"
  case vipPort = "vip.port"
  case vipGuard = "vip.guard"
  case vipCommand = "vip.command"
  case profile = "profile"
  case readsLease = "reads.lease"
  case logLevel = "log.level"

  var flag: String { "--" + rawValue.map { $0 == "." ? "-" : String($0) }.joined() }

  var variable: String {
    "QUOIN_" + rawValue.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
  }
}

/// What is wrong with a node's configuration, and what to do.
enum ConfigurationFault: Error, CustomStringConvertible {
  case unknownFlag(String)
  case missingValue(String)
  case unreadable(file: String, reason: String)
  case unknownKey(String, file: String)
  case missing(ConfigurationKey)
  case unusable(ConfigurationKey, String, String)
  case contradiction(ConfigurationKey, ConfigurationKey, String)

  var description: String {
    switch self {
    case .unknownFlag(let flag):
      "\(flag) is no option of kvnode; the options are --config, "
        + ConfigurationKey.allCases.map(\.flag).joined(separator: ", ")
    case .missingValue(let flag): "\(flag) needs a value"
    case .unreadable(let file, let reason): "the file \(file) cannot be used: \(reason)"
    case .unknownKey(let key, let file):
      "\(file): \(key) is no key of kvnode; the keys are "
        + ConfigurationKey.allCases.map(\.rawValue).joined(separator: ", ")
    case .missing(let key):
      "\(key.rawValue) is not set: give it in the file, as \(key.flag) or as \(key.variable)"
    case .unusable(let key, let value, let expected):
      "\(key.rawValue): \"\(value)\" is not usable; expected \(expected)"
    case .contradiction(let one, let other, let why):
      "\(one.rawValue) and \(other.rawValue) do not go together: \(why)"
    }
  }
}
