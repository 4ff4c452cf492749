struct FenceHeader {
  let count: Int
  let revision: UInt64
}

/// The place between two neighbouring nodes: everything left of it precedes it, everything right
/// of it does not. Immutable.
final class Fence: ManagedBuffer<FenceHeader, UInt8> {
  /// The shortest place that is behind `left` and not behind `right`.
  ///
  /// Between different keys it is a prefix of the right one, so that fences stay short however
  /// long keys are.
  static func between(_ left: Position, _ right: Position) -> Fence {
    let shared = KeyOrder.shared(left.key, right.key)
    if shared == right.key.count { return make(right.key, revision: right.revision) }
    return make(UnsafeRawBufferPointer(rebasing: right.key[...shared]), revision: 0)
  }

  private static func make(_ key: UnsafeRawBufferPointer, revision: UInt64) -> Fence {
    let buffer = Fence.create(minimumCapacity: key.count) { _ in
      FenceHeader(count: key.count, revision: revision)
    }
    if let base = key.baseAddress {
      buffer.withUnsafeMutablePointerToElements {
        UnsafeMutableRawPointer($0).copyMemory(from: base, byteCount: key.count)
      }
    }
    return unsafeDowncast(buffer, to: Fence.self)
  }

  // See `Node.info`.
  private var info: FenceHeader { withUnsafeMutablePointerToHeader { $0.pointee } }

  /// Valid while the fence is.
  var position: Position {
    let start = withUnsafeMutablePointerToElements { UnsafeRawPointer($0) }
    return Position(
      UnsafeRawBufferPointer(start: start, count: info.count), revision: info.revision)
  }

  /// Bytes that every key between both fences begins with; 0 at the ends of the tree.
  static func shared(_ low: UnsafePointer<Fence>?, _ high: UnsafePointer<Fence>?) -> Int {
    guard let low, let high else { return 0 }
    return KeyOrder.shared(low.pointee.position.key, high.pointee.position.key)
  }
}
