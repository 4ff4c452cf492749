import Glibc

/// Programs beside this one, and elsewhere.
enum Executable {
  /// Whether this user may run it.
  static func isThere(_ path: String) -> Bool { access(path, X_OK) == 0 }

  /// The path of this process's own program (proc(5)).
  static var own: String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0, count < buffer.count else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The program of that name in the same directory.
  static func neighbour(_ name: String) -> String? {
    guard let own, let slash = own.lastIndex(of: "/") else { return nil }
    return String(own[...slash]) + name
  }
}
