import Glibc

/// A system call that failed, in words.
struct SystemFault: Error, CustomStringConvertible {
  let description: String

  /// - Parameter what: the call and its subject.
  init(_ what: String, code: Int32 = errno) {
    description = "\(what): \(String(cString: strerror(code)))"
  }

  init(sentence: String) { description = sentence }
}
