internal import Glibc

/// Where the program under test is.
package struct Programs: Sendable {
  package let kvnode: String

  /// In the folder that QUOIN_BIN names; else beside the running program, where the build puts it.
  package static func find() throws(LiveFailure) -> Programs {
    let folder = getenv("QUOIN_BIN").map { String(cString: $0) } ?? folderOfThisProcess
    guard let kvnode = folder.map({ $0 + "/kvnode" }), access(kvnode, X_OK) == 0 else {
      throw LiveFailure("no kvnode beside this program: build it, or name its folder in QUOIN_BIN")
    }
    return Programs(kvnode: kvnode)
  }

  /// Another program of the product, which stands beside kvnode.
  package func path(_ name: String) -> String {
    String(kvnode.dropLast("kvnode".count)) + name
  }

  /// The path of the running program.
  package static var ownPath: String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &buffer, buffer.count)
    return length > 0 ? String(decoding: buffer[..<length], as: UTF8.self) : nil
  }

  private static var folderOfThisProcess: String? {
    ownPath.flatMap { path in path.lastIndex(of: "/").map { String(path[..<$0]) } }
  }
}
