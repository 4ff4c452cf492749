import Glibc
import Testing

/// Where the programs under test are.
struct Programs: Sendable {
  let kvnode: String
  let kvctl: String

  /// In the folder that QUOIN_BIN names; else beside the test bundle, where the build puts both.
  static let found: Programs? = {
    let folder = getenv("QUOIN_BIN").map { String(cString: $0) } ?? folderOfThisProcess
    guard let folder else { return nil }
    let programs = Programs(kvnode: "\(folder)/kvnode", kvctl: "\(folder)/kvctl")
    let isThere = access(programs.kvnode, X_OK) == 0 && access(programs.kvctl, X_OK) == 0
    return isThere ? programs : nil
  }()

  static let remedy: Comment =
    "kvnode and kvctl are not built: build them first, or name their folder in QUOIN_BIN"

  private static var folderOfThisProcess: String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &buffer, buffer.count)
    guard length > 0 else { return nil }
    let path = String(decoding: buffer[..<length], as: UTF8.self)
    return path.lastIndex(of: "/").map { String(path[..<$0]) }
  }
}
