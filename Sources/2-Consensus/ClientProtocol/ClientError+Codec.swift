public import BinaryCodec
internal import RaftTypes

extension ClientError: BinaryCoded {
  public var encodedSize: Int { 32 + message.utf8.count + (leader?.client.utf8.count ?? 0) }

  public func write(to writer: inout ByteWriter) {
    code.write(to: &writer)
    outcome.write(to: &writer)
    writer.write(retryable)
    writer.write(text: message)
    writer.write(optional: leader) {
      $0.write($1.id.number)
      $0.write(text: $1.client)
    }
  }

  public init(from reader: inout ByteReader) throws(DecodingFault) {
    let code = try Code(from: &reader)
    let outcome = try Outcome(from: &reader)
    let retryable = try reader.readBool()
    let message = try reader.readText(limit: Limits.text)
    var leader: LeaderHint?
    if try reader.readBool() {
      leader = LeaderHint(
        id: NodeID(try reader.readUInt64()), client: try reader.readText(limit: Limits.text))
    }
    self.init(code, message, outcome: outcome, retryable: retryable, leader: leader)
  }
}

extension ClientError.Code: Coded {
  static let codeName = "error code"

  var code: UInt8 {
    switch self {
    case .notLeader: 1
    case .noQuorum: 2
    case .timeout: 3
    case .overloaded: 4
    case .diskFull: 5
    case .starting: 6
    case .stopping: 7
    case .transferring: 8
    case .transferFailed: 9
    case .connectionLost: 10
    case .tooLarge: 11
    case .badRequest: 12
    case .notFound: 13
    case .compareFailed: 14
    case .compacted: 15
    case .futureRevision: 16
    case .sessionExpired: 17
    case .leaseNotFound: 18
    case .methodNotAllowed: 19
    case .internalError: 20
    case .changeUnderWay: 21
    }
  }
}

extension ClientError.Outcome: Coded {
  static let codeName = "error outcome"

  var code: UInt8 {
    switch self {
    case .notApplied: 1
    case .applied: 2
    case .unknown: 3
    }
  }
}
