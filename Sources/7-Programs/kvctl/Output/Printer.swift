internal import BinaryCodec

/// Standard output, collected into large writes.
struct Printer {
  private var pending: [UInt8] = []
  private static let flushSize = 64 << 10

  mutating func write(_ bytes: some Collection<UInt8>) throws(OutputFault) {
    pending.append(contentsOf: bytes)
    if pending.count >= Self.flushSize { try flush() }
  }

  mutating func line(_ text: String) throws(OutputFault) {
    pending.append(contentsOf: text.utf8)
    try line([])
  }

  mutating func line(_ bytes: some Collection<UInt8>) throws(OutputFault) {
    pending.append(contentsOf: bytes)
    pending.append(UInt8(ascii: "\n"))
    if pending.count >= Self.flushSize { try flush() }
  }

  mutating func flush() throws(OutputFault) {
    defer { pending.removeAll(keepingCapacity: true) }
    if let code = Terminal.write(pending[...], to: .output) { throw OutputFault(code: code) }
  }
}
