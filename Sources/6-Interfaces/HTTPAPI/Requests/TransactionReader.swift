internal import BinaryCodec
internal import ClientProtocol
internal import JSONText

/// Reads the body of `POST /v1/txn`:
///
///     {"compare":[{"key":"a","relation":"equal","mod_revision":7}],
///      "success":[{"put":{"key":"a","value":"x"}},{"delete":{"prefix":"tmp/"}}],
///      "failure":[{"range":{"key":"a"}},{"txn":{…}}]}
///
/// Unknown members are refused: a misspelt condition must not be ignored.
struct TransactionReader {
  var scanner: JSONScanner
  let limits: Limits
  private var operations = 0
  /// As deep as the command's binary form goes.
  private static let nesting = 8

  init(_ body: Bytes, _ limits: Limits) {
    scanner = JSONScanner(body)
    self.limits = limits
  }

  mutating func read() throws(ClientError) -> Transaction {
    do throws(TransactionFault) {
      let transaction = try transaction(depth: 1)
      do throws(JSONFault) { try scanner.finish() } catch { throw .json(error) }
      return transaction
    } catch {
      switch error {
      case .json(let fault): throw .badRequest("the transaction cannot be read: \(fault)")
      case .refused(let error): throw error
      }
    }
  }

  private mutating func transaction(depth: Int) throws(TransactionFault) -> Transaction {
    guard depth <= Self.nesting else {
      throw .refused(.exceeds("transaction_nesting", Self.nesting))
    }
    var transaction = Transaction(compare: [], success: [], failure: [])
    try object { reader, name throws(TransactionFault) in
      switch name {
      case "compare":
        try reader.array { reader throws(TransactionFault) in
          transaction.compare.append(try reader.comparison())
        }
      case "success":
        try reader.array { reader throws(TransactionFault) in
          transaction.success.append(try reader.step(depth: depth))
        }
      case "failure":
        try reader.array { reader throws(TransactionFault) in
          transaction.failure.append(try reader.step(depth: depth))
        }
      default: return false
      }
      return true
    }
    return transaction
  }

  private mutating func comparison() throws(TransactionFault) -> Comparison {
    try count()
    var range = RangeMembers()
    var relation = Comparison.Relation.equal
    var target: Comparison.Target?
    try object { reader, name throws(TransactionFault) in
      if try range.take(name, &reader) { return true }
      if name == "relation" {
        relation = try Comparison.Relation(name: try reader.text())
        return true
      }
      guard let found = try reader.target(name) else { return false }
      guard target == nil else { throw .bad("a comparison has one target, and no more") }
      target = found
      return true
    }
    guard let target else {
      throw .bad("a comparison needs version, create_revision, mod_revision, value or lease")
    }
    return Comparison(range: try range.range(limits), relation: relation, target: target)
  }

  private mutating func target(_ name: String) throws(TransactionFault) -> Comparison.Target? {
    switch name {
    case "version": .version(try number())
    case "create_revision": .createRevision(Revision(try number()))
    case "mod_revision": .modRevision(Revision(try number()))
    case "lease": .lease(try number())
    case "value": .value(try bytes())
    case "value_b64": .value(try base64())
    default: nil
    }
  }

  private mutating func step(depth: Int) throws(TransactionFault) -> Transaction.Step {
    var step: Transaction.Step?
    try object { reader, name throws(TransactionFault) in
      guard step == nil else { throw .bad("a step does one thing") }
      switch name {
      case "put": step = .put(try reader.put())
      case "delete": step = .delete(try reader.delete())
      case "range": step = .range(try reader.range())
      case "txn": step = .transaction(try reader.transaction(depth: depth + 1))
      default: return false
      }
      return true
    }
    try count()
    guard let step else { throw .bad("a step is put, delete, range or txn") }
    return step
  }

  /// Counts one comparison or step.
  private mutating func count() throws(TransactionFault) {
    operations += 1
    guard operations <= limits.transactionOperations else {
      throw .refused(.exceeds("transaction_operations", limits.transactionOperations))
    }
  }
}

/// What can be wrong with a transaction's text, or with what it says.
enum TransactionFault: Error {
  case json(JSONFault)
  case refused(ClientError)

  static func bad(_ message: String) -> TransactionFault { .refused(.badRequest(message)) }
}

extension Comparison.Relation {
  fileprivate init(name: String) throws(TransactionFault) {
    switch name {
    case "equal", "=": self = .equal
    case "not_equal", "!=": self = .notEqual
    case "less", "<": self = .less
    case "greater", ">": self = .greater
    default: throw .bad("a relation is equal, not_equal, less or greater")
    }
  }
}
