internal import BinaryCodec
internal import ClientProtocol
internal import JSONText
internal import RaftTypes

/// Readers of single values that several routes share.
extension Request {
  /// The range of `prefix=` or of `start=` and `end=`; nil when none is given.
  func namedRange() throws(ClientError) -> KeyRange? {
    try KeyRange(
      prefix: parameters[.prefix], start: parameters[.start], end: parameters[.end])
  }

  func lease() throws(ClientError) -> LeaseID? {
    guard let number = try parameters.number(.lease) else { return nil }
    guard number > 0 else { throw .badRequest("lease must be the number of a lease") }
    return LeaseID(number)
  }

  func consistency() throws(ClientError) -> Consistency {
    guard let name = parameters[.consistency] else { return .linearizable }
    switch String(decoding: name, as: UTF8.self) {
    case "linearizable": return .linearizable
    case "lease": return .lease
    case "stale": return .stale
    default: throw .badRequest("consistency is linearizable, lease or stale")
    }
  }

  func order() throws(ClientError) -> RangeQuery.Order {
    guard let name = parameters[.order] else { return .ascending }
    return try RangeQuery.Order(name: String(decoding: name, as: UTF8.self))
  }

  /// The member that the path names.
  func member() throws(ClientError) -> NodeID {
    guard let number = Decimal.read(key), number > 0 else {
      throw .badRequest("a member's id is a whole number from 1")
    }
    return NodeID(number)
  }

  /// The number that a body `{"name":N}` holds; nil when it, or the whole body, is missing.
  func number(_ name: String, in body: Bytes) throws(ClientError) -> UInt64? {
    guard !body.isEmpty else { return nil }
    do throws(JSONFault) {
      var scanner = JSONScanner(body)
      var number: UInt64?
      try scanner.beginObject()
      while let member = try scanner.nextMember() {
        guard member == name else { throw .expected("only the member '\(name)'", at: 0) }
        number = try scanner.readUInt64()
      }
      try scanner.finish()
      return number
    } catch {
      throw .badRequest("the body is not {\"\(name)\":N}: \(error)")
    }
  }
}

extension KeyRange {
  /// - Throws: `badRequest` when the names contradict each other or the range is upside down.
  init?(prefix: Bytes?, start: Bytes?, end: Bytes?) throws(ClientError) {
    switch (prefix, start, end) {
    case (nil, nil, nil): return nil
    case (let prefix?, nil, nil): self = .prefix(prefix)
    case (nil, let start?, nil): self.init(start: start, end: .unbounded)
    case (nil, let start, let end?):
      let first = start ?? []
      guard first.lexicographicallyPrecedes(end) else {
        throw .badRequest("start must lie before end")
      }
      self.init(start: first, end: .before(end))
    case (_?, _, _): throw .badRequest("give prefix, or start and end, not both")
    }
  }
}

extension RangeQuery.Order {
  init(name: String) throws(ClientError) {
    switch name {
    case "ascending", "asc": self = .ascending
    case "descending", "desc": self = .descending
    default: throw .badRequest("order is ascending or descending")
    }
  }
}
