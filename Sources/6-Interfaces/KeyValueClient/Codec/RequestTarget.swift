internal import BinaryCodec
internal import ClientProtocol

/// Builds a path and its query.
struct RequestTarget {
  private(set) var text: String
  private var hasQuery = false

  init(_ path: String) { text = path }

  /// `path/` followed by `key` as one percent-encoded segment.
  init(_ path: String, key: Bytes) { text = path + "/" + Self.percentEncoded(key) }

  mutating func add(_ name: String, _ value: String) {
    text += (hasQuery ? "&" : "?") + name + "=" + value
    hasQuery = true
  }
  mutating func add(_ name: String, bytes: Bytes) { add(name, Self.percentEncoded(bytes)) }
  mutating func add(_ name: String, _ number: UInt64) { add(name, String(number)) }

  /// The range as the API names it. A single key has a path of its own where there is one; in a
  /// query it is the range up to the smallest key behind it.
  mutating func add(_ range: KeyRange) {
    switch range.end {
    case .unbounded where range.start.isEmpty: add("prefix", "")
    case .unbounded: add("start", bytes: range.start)
    case .before(let end):
      if range == .prefix(range.start) { return add("prefix", bytes: range.start) }
      add("start", bytes: range.start)
      add("end", bytes: end)
    case .single:
      add("start", bytes: range.start)
      add("end", bytes: range.start + [0])
    }
  }

  mutating func add(_ consistency: Consistency) {
    switch consistency {
    case .linearizable: break
    case .lease: add("consistency", "lease")
    case .stale: add("consistency", "stale")
    }
  }

  /// RFC 3986 §2.3: all but the unreserved characters are encoded.
  static func percentEncoded(_ bytes: Bytes) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + 16)
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        text.append(byte)
      default:
        text.append(UInt8(ascii: "%"))
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension KeyRange {
  /// What is left of the range behind the key `after`.
  func behind(_ after: Bytes?, _ order: RangeQuery.Order) -> KeyRange {
    guard let after else { return self }
    switch order {
    // The least key above another is that key and a zero byte.
    case .ascending: return KeyRange(start: after + [0], end: end)
    case .descending: return KeyRange(start: start, end: .before(after))
    }
  }
}
