internal import Glibc

/// A helper program run to its end, as `ip` and `nft`.
enum Command {
  /// What it printed.
  static func run(_ words: [String], input: String? = nil) throws(LiveFailure) -> String {
    var template = Array("/tmp/qlive-command-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw TextFile.failure("mkstemp", "for \(words[0])") }
    close(descriptor)
    let output = template.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { String(cString: $0) } ?? ""
    }
    let source = output + ".in"
    defer {
      unlink(output)
      unlink(source)
    }
    var inputEnd: Int32?
    if let input {
      try TextFile.write(input, to: source)
      inputEnd = open(source, O_RDONLY | O_CLOEXEC)
    }
    defer { if let inputEnd { close(inputEnd) } }
    let process = try ChildProcess(words, log: output, input: inputEnd)
    // These take milliseconds; a hanging one would hang the run, hence the bound.
    for _ in 0..<5000 where process.ended() == nil { usleep(2000) }
    let text = TextFile.read(output)
    guard process.ended() == .exit(0) else {
      let ending = process.ended().map { "\($0)" } ?? "no end"
      throw LiveFailure("\(words.joined(separator: " ")): \(ending): \(text.prefix(500))")
    }
    return text
  }

  /// Whether `program` is in PATH.
  static func exists(_ program: String) -> Bool {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
    return folders.contains { access("\($0)/\(program)", X_OK) == 0 }
  }
}
