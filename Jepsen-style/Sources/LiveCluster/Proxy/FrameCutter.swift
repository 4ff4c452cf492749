/// Cuts a stream of the peers' bytes into frames, by their lengths alone (docs/WIRE-FORMAT.md): the
/// proxy must not depend on the code whose traffic it disturbs.
struct FrameCutter {
  static let headerSize = 16
  static let raftKind: UInt8 = 3

  /// One whole frame, or bytes that are none.
  struct Piece: Equatable {
    let bytes: [UInt8]
    /// Nil when these bytes are no frame.
    let kind: UInt8?
  }

  private var rest: [UInt8] = []

  /// The frames that are complete with `bytes`.
  mutating func take(_ bytes: some Collection<UInt8>) -> [Piece] {
    rest += bytes
    var pieces: [Piece] = []
    var start = 0
    while rest.count - start >= Self.headerSize {
      let length = Self.length(rest[start...])
      guard length <= Limits.frameBytes else {
        pieces.append(Piece(bytes: Array(rest[start...]), kind: nil))
        start = rest.count
        break
      }
      let end = start + Self.headerSize + length
      guard rest.count >= end else { break }
      pieces.append(Piece(bytes: Array(rest[start..<end]), kind: rest[start + 5]))
      start = end
    }
    rest.removeFirst(start)
    return pieces
  }

  /// What is left at the end of the stream.
  mutating func takeRest() -> [UInt8] {
    defer { rest = [] }
    return rest
  }

  private static func length(_ header: ArraySlice<UInt8>) -> Int {
    header.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// The node that a hello comes from: behind magic u64, three u8 and the optional cluster.
  static func dialer(_ hello: Piece) -> UInt64? {
    let body = hello.bytes.dropFirst(headerSize)
    guard hello.kind == 1, body.count >= 12 else { return nil }
    let hasCluster = body[body.startIndex + 11] == 1
    let node = body.dropFirst(12 + (hasCluster ? 16 : 0)).prefix(8)
    guard node.count == 8 else { return nil }
    return node.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
