internal import BinaryCodec
internal import ClientProtocol
internal import JSONText

/// Reads the documents that the API answers with. Members it does not know are skipped, so that a
/// newer server can say more; what it needs and does not find makes the reply malformed.
enum ReplyReader {
  static func document<Value>(
    _ body: [UInt8], _ read: (inout JSONScanner) throws(JSONFault) -> Value
  ) throws(ReplyFault) -> Value {
    do {
      var scanner = JSONScanner(body)
      let value = try read(&scanner)
      try scanner.finish()
      return value
    } catch {
      throw .malformed(error.description)
    }
  }

  /// Calls `body` with the name of each member; it reads the value and says so, or leaves it to be
  /// skipped.
  static func members(
    _ scanner: inout JSONScanner,
    _ body: (String, inout JSONScanner) throws(JSONFault) -> Bool
  ) throws(JSONFault) {
    try scanner.beginObject()
    while let name = try scanner.nextMember() {
      if try !body(name, &scanner) { try scanner.skipValue() }
    }
  }

  static func keyValue(_ scanner: inout JSONScanner) throws(JSONFault) -> KeyValue {
    let start = scanner.offset
    var key: Bytes?
    var value: Bytes = []
    var create: UInt64 = 0
    var mod: UInt64 = 0
    var version: UInt64 = 0
    var lease: UInt64 = 0
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "key": key = try scanner.readBytes()
      case "key_b64": key = try scanner.readBase64()
      case "value": value = try scanner.readBytes()
      case "value_b64": value = try scanner.readBase64()
      case "create_revision": create = try scanner.readUInt64()
      case "mod_revision": mod = try scanner.readUInt64()
      case "version": version = try scanner.readUInt64()
      case "lease": if try !scanner.readNull() { lease = try scanner.readUInt64() }
      default: return false
      }
      return true
    }
    guard let key else { throw .expected("a key", at: start) }
    return KeyValue(
      key: key, value: value, createRevision: Revision(create), modRevision: Revision(mod),
      version: version, lease: lease == 0 ? nil : LeaseID(lease))
  }

  static func keyValues(_ scanner: inout JSONScanner) throws(JSONFault) -> [KeyValue] {
    var items: [KeyValue] = []
    try scanner.beginArray()
    while try scanner.nextElement() { items.append(try keyValue(&scanner)) }
    return items
  }

  static func optionalKeyValue(_ scanner: inout JSONScanner) throws(JSONFault) -> KeyValue? {
    try scanner.readNull() ? nil : try keyValue(&scanner)
  }
}
