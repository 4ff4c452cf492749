import Glibc
import NetworkTypes

/// The command line.
struct Flags: Equatable {
  enum Task: Equatable {
    case serve(socket: String, user: uid_t)
    /// Remove what earlier guards left of these addresses, or of all when none is named, and end.
    case clean([IPAddress])
    case help
  }

  let task: Task
  /// `--negative-control`: no gate, no end of the address, no question before it is taken. No usage
  /// tells of it: it breaks the promise of this program, so that tests see whether they notice.
  let isNegativeControl: Bool

  static let usage = """
    vipguard: holds the virtual IP for one kvnode, and lets it go when that falls silent

    usage: vipguard --socket PATH [--uid USER]
           vipguard --clean [ADDRESS ...]

      --socket PATH   where kvnode connects; only its user and root may
      --uid USER      whom kvnode runs as, by number or name; root if not given
      --clean         removes what guards that were killed have left of the addresses, or of all
                      addresses, and ends; not to be used while a guard of them runs
    """

  init(_ arguments: [String]) throws(SystemFault) {
    var socket: String?
    var user: uid_t?
    var wantsClean = false
    var addresses: [IPAddress] = []
    isNegativeControl = arguments.contains("--negative-control")
    var rest = arguments.dropFirst().filter { $0 != "--negative-control" }[...]
    while let word = rest.popFirst() {
      switch word {
      case "--help", "-h":
        task = .help
        return
      case "--clean": wantsClean = true
      case "--socket": socket = try Self.value(of: word, in: &rest)
      case "--uid":
        let text = try Self.value(of: word, in: &rest)
        guard let number = Self.user(text) else {
          throw SystemFault(sentence: "--uid \(text): no such user, see getent passwd")
        }
        user = number
      case _ where wantsClean && IPAddress(word) != nil:
        IPAddress(word).map { addresses.append($0) }
      case _: throw SystemFault(sentence: "\(word) is no option of vipguard; see --help")
      }
    }
    if wantsClean {
      guard socket == nil, user == nil else {
        throw SystemFault(sentence: "--clean stands alone, with addresses")
      }
      task = .clean(addresses)
      return
    }
    guard let socket else { throw SystemFault(sentence: "--socket PATH is missing; see --help") }
    task = .serve(socket: socket, user: user ?? 0)
  }

  /// A number, or a name that has one. The largest stands for nobody in chown(2).
  private static func user(_ text: String) -> uid_t? {
    if let number = uid_t(text) { return number < uid_t.max ? number : nil }
    return getpwnam(text)?.pointee.pw_uid
  }

  private static func value(
    of flag: String, in rest: inout ArraySlice<String>
  ) throws(SystemFault) -> String {
    guard let value = rest.popFirst(), !value.isEmpty else {
      throw SystemFault(sentence: "\(flag) needs a value")
    }
    return value
  }
}
