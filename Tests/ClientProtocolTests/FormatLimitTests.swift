import BinaryCodec
import ClientProtocol
import Testing

@Suite("Limits of the binary forms")
struct FormatLimitTests {
  private func nested(_ depth: Int) -> Transaction {
    var transaction = Transaction(compare: [], success: [], failure: [])
    for _ in 1..<depth {
      transaction = Transaction(compare: [], success: [.transaction(transaction)], failure: [])
    }
    return transaction
  }

  @Test("transactions nest eight deep and no deeper")
  func nesting() throws {
    let deepest = Command(.transaction(nested(8)))
    #expect(try Command(decoding: deepest.encoded()[...]) == deepest)
    #expect(throws: DecodingFault.tooLong(length: 9, limit: 8)) {
      try Command(decoding: Command(.transaction(nested(9))).encoded()[...])
    }
  }

  @Test("a transaction has at most 1,024 steps, all levels and branches together")
  func steps() throws {
    let step = Transaction.Step.put(Put(key: [1], value: []))
    func command(_ inner: Int, _ outer: Int) -> Command {
      let nested = Transaction(
        compare: [], success: [], failure: Array(repeating: step, count: inner))
      return Command(
        .transaction(
          Transaction(
            compare: [], success: [.transaction(nested)],
            failure: Array(repeating: step, count: outer))))
    }
    let most = command(523, 500)
    #expect(try Command(decoding: most.encoded()[...]) == most)
    #expect(throws: DecodingFault.self) {
      try Command(decoding: command(524, 500).encoded()[...])
    }
  }

  @Test("a count that the bytes cannot hold is refused before anything is reserved")
  func hostileCount() {
    var bytes = RangeResult(items: [], count: 0, more: false, readRevision: Revision(1)).encoded()
    bytes.replaceSubrange(1..<5, with: [0xff, 0xff, 0xff, 0x7f])
    #expect(throws: DecodingFault.tooLong(length: 0x7fff_ffff, limit: 0)) {
      try RangeResult(decoding: bytes[...])
    }
  }

  @Test("a key longer than 16 MiB is refused")
  func longKey() {
    let key = [UInt8](repeating: 0, count: (16 << 20) + 1)
    #expect(throws: DecodingFault.tooLong(length: key.count, limit: 16 << 20)) {
      try Command(decoding: Command(.put(Put(key: key[...], value: []))).encoded()[...])
    }
  }

  @Test("a session operation that is stamped is refused: it would be remembered in the session")
  func stampedSession() {
    let command = Command(
      .session(.renew(3)), stamp: SessionStamp(session: 3, sequence: 1))
    #expect(throws: DecodingFault.self) { try Command(decoding: command.encoded()[...]) }
  }
}
