import Glibc
import LinuxNetwork

extension NetworkFault {
  /// What is wrong and what to do.
  var sentence: String {
    switch self {
    case .noSuchInterface(let name): "no interface is called \(name): see ip link"
    case .notEthernet(let name): "\(name) is no Ethernet, and nobody could be told of the address"
    case .notPermitted(let operation):
      "this process may not \(operation): start vipguard as root, or by its systemd unit"
    case .unsupported(let what): "this kernel cannot \(what)"
    case .addressTaken(let interface):
      "it is configured on \(Self.name(of: interface)) already, by somebody else: remove it "
        + "there, or choose another address"
    case .refused(let operation, let code):
      "the kernel refuses to \(operation): \(String(cString: strerror(code)))"
    case .unreadable(let operation): "could not \(operation): the kernel's answer makes no sense"
    }
  }

  private static func name(of interface: Int32) -> String {
    var name = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
    guard if_indextoname(UInt32(interface), &name) != nil else { return "interface \(interface)" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
