import BinaryCodec

extension StoreRefusal {
  private enum Code {
    static let compacted: UInt8 = 1
    static let futureRevision: UInt8 = 2
    static let duplicateKey: UInt8 = 3
    static let sessionExpired: UInt8 = 4
    static let staleSequence: UInt8 = 5
    static let answerForgotten: UInt8 = 6
    static let tooManySessions: UInt8 = 7
    static let answerTooLong: UInt8 = 8
    static let leaseNotFound: UInt8 = 9
    static let malformed: UInt8 = 10
  }

  // Every refusal is a code and one number, 0 where it has none.
  private var parts: (code: UInt8, number: UInt64) {
    switch self {
    case .compacted(let oldest): (Code.compacted, oldest.number)
    case .futureRevision(let current): (Code.futureRevision, current.number)
    case .duplicateKey: (Code.duplicateKey, 0)
    case .sessionExpired: (Code.sessionExpired, 0)
    case .staleSequence(let last): (Code.staleSequence, last)
    case .answerForgotten(let revision): (Code.answerForgotten, revision.number)
    case .tooManySessions(let limit): (Code.tooManySessions, limit)
    case .answerTooLong(let limit): (Code.answerTooLong, limit)
    case .leaseNotFound(let lease): (Code.leaseNotFound, lease.number)
    case .malformed: (Code.malformed, 0)
    }
  }

  func write(to writer: inout ByteWriter) {
    writer.write(parts.code)
    writer.write(parts.number)
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    let code = try reader.readUInt8()
    let number = try reader.readUInt64()
    switch code {
    case Code.compacted: self = .compacted(oldest: Revision(number))
    case Code.futureRevision: self = .futureRevision(current: Revision(number))
    case Code.duplicateKey: self = .duplicateKey
    case Code.sessionExpired: self = .sessionExpired
    case Code.staleSequence: self = .staleSequence(last: number)
    case Code.answerForgotten: self = .answerForgotten(Revision(number))
    case Code.tooManySessions: self = .tooManySessions(limit: number)
    case Code.answerTooLong: self = .answerTooLong(limit: number)
    case Code.leaseNotFound: self = .leaseNotFound(LeaseID(number))
    case Code.malformed: self = .malformed
    default: throw .unknown("refusal", value: UInt64(code))
    }
    guard parts.number == number else { throw .inconsistent("refusal carries a number") }
  }
}
