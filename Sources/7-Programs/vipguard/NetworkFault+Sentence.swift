import Glibc
import LinuxNetwork

extension NetworkFault {
  /// What is wrong and what to do.
  var sentence: String {
    switch self {
    case .noSuchInterface(let name): "no interface is called \(name): see ip link"
    case .notEthernet(let name): "\(name) is no Ethernet, and nobody could be told of the address"
    case .notPermitted(let operation, let capability):
      "\(operation) needs \(capability): start vipguard as root, or by its systemd unit"
    case .unsupported(let what): "this kernel has no \(what)"
    case .addressTaken(let interface):
      "it is configured on \(interface) already, by somebody else: remove it there, "
        + "or choose another address"
    case .refused(let operation, let code):
      "the kernel refuses \(operation): \(String(cString: strerror(code)))"
    case .unreadable(let operation): "the kernel's answer to \(operation) makes no sense"
    }
  }
}
