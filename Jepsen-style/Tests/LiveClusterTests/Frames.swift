@testable import LiveCluster

/// Bytes as the peers would send them.
enum Frames {
  static func frame(_ kind: UInt8, _ body: [UInt8]) -> [UInt8] {
    let length = (0..<4).map { UInt8(truncatingIfNeeded: body.count >> ($0 * 8)) }
    return length + [1, kind, 0, 0] + Array(repeating: 0, count: 8) + body
  }

  static func raft(_ mark: UInt8) -> [UInt8] { frame(3, [mark]) }

  /// What `node` says first to `expected`.
  static func hello(from node: UInt8, inCluster: Bool) -> [UInt8] {
    let cluster: [UInt8] = inCluster ? [1] + Array(repeating: 9, count: 16) : [0]
    return frame(
      1, Array("QUOINPR".utf8) + [1, 1, 1, 1] + cluster + [node] + Array(repeating: 0, count: 15))
  }
}

extension LinkTrouble {
  static func making(_ change: (inout LinkTrouble) -> Void) -> LinkTrouble {
    var trouble = LinkTrouble()
    change(&trouble)
    return trouble
  }
}
