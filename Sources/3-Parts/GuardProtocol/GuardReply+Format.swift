package import BinaryCodec
internal import Determinism
internal import NetworkTypes
internal import RaftTypes

extension GuardReply {
  private enum Kind: UInt8 {
    case ready = 1, unusable, claimed, refused, released, lost, announced, conflict, carrier
  }

  /// The packet.
  package var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 64)
    writer.write(Limits.version)
    writer.write(kind.rawValue)
    switch self {
    case .ready(let standings):
      precondition(standings.count <= Limits.addresses, "GuardReply: \(standings.count) addresses")
      writer.write(UInt8(standings.count))
      for standing in standings { standing.write(to: &writer) }
    case .unusable(let reason): writer.write(sentence: reason)
    case .claimed(let term), .released(let term): writer.write(term.number)
    case .refused(let term, let refusal):
      writer.write(term.number)
      refusal.write(to: &writer)
    case .lost(let term, let loss):
      writer.write(term.number)
      writer.write(loss.code.rawValue)
    case .announced(let term, let at):
      writer.write(term.number)
      writer.write(at.nanoseconds)
    case .carrier(let isThere): writer.write(isThere)
    case .conflict(let address, let hardware):
      address.write(to: &writer)
      writer.write(raw: hardware.bytes)
    }
    return writer.bytes
  }

  private var kind: Kind {
    switch self {
    case .ready: .ready
    case .unusable: .unusable
    case .claimed: .claimed
    case .refused: .refused
    case .released: .released
    case .lost: .lost
    case .announced: .announced
    case .conflict: .conflict
    case .carrier: .carrier
    }
  }

  /// Reads one packet; throws when it is anything but what `bytes` writes.
  package init(packet: Bytes) throws(DecodingFault) {
    var reader = ByteReader(packet)
    try reader.expectVersion()
    let byte = try reader.readUInt8()
    guard let kind = Kind(rawValue: byte) else { throw .unknown("reply", value: UInt64(byte)) }
    switch kind {
    case .ready:
      let count = Int(try reader.readUInt8())
      guard count <= Limits.addresses else {
        throw .tooLong(length: count, limit: Limits.addresses)
      }
      var standings: [GuardStanding] = []
      for _ in 0..<count { standings.append(try GuardStanding(from: &reader)) }
      self = .ready(standings)
    case .unusable: self = .unusable(try reader.readText(limit: Limits.textBytes))
    case .claimed: self = .claimed(try reader.readTerm())
    case .refused: self = .refused(try reader.readTerm(), try GuardRefusal(from: &reader))
    case .released: self = .released(try reader.readTerm())
    case .lost: self = .lost(try reader.readTerm(), try GuardLoss(from: &reader))
    case .announced:
      self = .announced(
        try reader.readTerm(), at: Instant(nanoseconds: try reader.readUInt64()))
    case .carrier: self = .carrier(try reader.readBool())
    case .conflict:
      self = .conflict(try IPAddress(from: &reader), try reader.readHardwareAddress())
    }
    try reader.finish()
  }
}

extension GuardStanding {
  func write(to writer: inout ByteWriter) {
    writer.write(raw: hardware.bytes)
    switch tier {
    case .gate: writer.write(UInt8(1))
    case .lifetimeOnly(let reason):
      writer.write(UInt8(2))
      writer.write(sentence: reason)
    }
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    let hardware = try reader.readHardwareAddress()
    let code = try reader.readUInt8()
    switch code {
    case 1: self.init(tier: .gate, hardware: hardware)
    case 2:
      let reason = try reader.readText(limit: Limits.textBytes)
      self.init(tier: .lifetimeOnly(reason), hardware: hardware)
    case _: throw .unknown("tier", value: UInt64(code))
    }
  }
}

extension GuardRefusal {
  func write(to writer: inout ByteWriter) {
    switch self {
    case .staleTerm(let known):
      writer.write(UInt8(1))
      writer.write(known.number)
    case .late: writer.write(UInt8(2))
    case .conflict(let hardware):
      writer.write(UInt8(3))
      writer.write(raw: hardware.bytes)
    case .unavailable(let reason):
      writer.write(UInt8(4))
      writer.write(sentence: reason)
    }
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    let code = try reader.readUInt8()
    switch code {
    case 1: self = .staleTerm(known: try reader.readTerm())
    case 2: self = .late
    case 3: self = .conflict(try reader.readHardwareAddress())
    case 4: self = .unavailable(try reader.readText(limit: Limits.textBytes))
    case _: throw .unknown("refusal", value: UInt64(code))
    }
  }
}

extension GuardLoss {
  enum Code: UInt8 { case carrier = 1, deleted, expired }

  var code: Code {
    switch self {
    case .carrier: .carrier
    case .deleted: .deleted
    case .expired: .expired
    }
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    let byte = try reader.readUInt8()
    guard let code = Code(rawValue: byte) else { throw .unknown("loss", value: UInt64(byte)) }
    switch code {
    case .carrier: self = .carrier
    case .deleted: self = .deleted
    case .expired: self = .expired
    }
  }
}
