import BinaryCodec

/// What stands in the log: one byte that says what, and a job's number where it needs one.
enum QueueCommand {
  case submit(UInt64)
  case take
  case finish(UInt64)

  init?(_ bytes: Bytes) {
    let job = Self.numbers(bytes.dropFirst()).first
    switch (bytes.first, job) {
    case (1, let job?): self = .submit(job)
    case (2, nil): self = .take
    case (3, let job?): self = .finish(job)
    default: return nil
    }
  }

  var encoded: Bytes {
    switch self {
    case .submit(let job): [1] + Self.bytes(job)
    case .take: [2]
    case .finish(let job): [3] + Self.bytes(job)
    }
  }

  static func bytes(_ number: UInt64) -> Bytes {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }[...]
  }

  static func numbers(_ bytes: Bytes) -> [UInt64] {
    stride(from: bytes.startIndex, to: bytes.endIndex - 7, by: 8).map { start in
      (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << (8 * UInt64($1)) }
    }
  }
}
