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

/// Says a line to whoever started the guard; the journal adds the time.
func say(_ line: String) {
  let bytes = Array("vipguard: \(line)\n".utf8)
  // Nobody is left to tell when standard error itself cannot be written.
  _ = write(STDERR_FILENO, bytes, bytes.count)
}
