internal import BinaryCodec
internal import ClientProtocol
internal import JSONText
internal import RaftTypes

extension ReplyReader {
  static func transaction(
    _ scanner: inout JSONScanner
  ) throws(JSONFault) -> TransactionAnswer {
    var revision: UInt64?
    let result = try transactionResult(&scanner, depth: 1) { name, scanner throws(JSONFault) in
      guard name == "revision" else { return false }
      revision = try scanner.readUInt64()
      return true
    }
    return TransactionAnswer(
      revision: Revision(try required(revision, "revision")), result: result)
  }

  private static func transactionResult(
    _ scanner: inout JSONScanner, depth: Int,
    other: (String, inout JSONScanner) throws(JSONFault) -> Bool
  ) throws(JSONFault) -> TransactionResult {
    guard depth <= Limits.transactionDepth else { throw .tooDeep(at: scanner.offset) }
    var succeeded: Bool?
    var steps: [TransactionResult.StepResult] = []
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "succeeded": succeeded = try scanner.readBool()
      case "results":
        try scanner.beginArray()
        while try scanner.nextElement() { steps.append(try step(&scanner, depth: depth)) }
      default: return try other(name, &scanner)
      }
      return true
    }
    return TransactionResult(succeeded: try required(succeeded, "succeeded"), steps: steps)
  }

  private static func step(
    _ scanner: inout JSONScanner, depth: Int
  ) throws(JSONFault) -> TransactionResult.StepResult {
    var step: TransactionResult.StepResult?
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "put": step = .put(previous: try previous(&scanner).first)
      case "delete":
        let (count, previous) = try deletion(&scanner)
        step = .deleted(count: count, previous: previous)
      case "range": step = .range(try range(&scanner))
      case "txn":
        step = .transaction(
          try transactionResult(&scanner, depth: depth + 1) { _, _ throws(JSONFault) in false })
      default: return false
      }
      return true
    }
    return try required(step, "put, delete, range or txn")
  }

  private static func previous(_ scanner: inout JSONScanner) throws(JSONFault) -> [KeyValue] {
    var found: [KeyValue] = []
    try members(&scanner) { name, scanner throws(JSONFault) in
      guard name == "previous" else { return false }
      if let item = try optionalKeyValue(&scanner) { found = [item] }
      return true
    }
    return found
  }

  private static func deletion(
    _ scanner: inout JSONScanner
  ) throws(JSONFault) -> (UInt64, [KeyValue]) {
    var count: UInt64?
    var previous: [KeyValue] = []
    try members(&scanner) { name, scanner throws(JSONFault) in
      switch name {
      case "deleted": count = try scanner.readUInt64()
      case "previous": previous = try keyValues(&scanner)
      default: return false
      }
      return true
    }
    return (try required(count, "deleted"), previous)
  }
}
