package import BinaryCodec
internal import Determinism
internal import NetworkTypes
internal import RaftTypes

// A packet is: version, kind, body; integers little-endian. Nothing follows the body.
extension GuardRequest {
  private enum Kind: UInt8 {
    case hello = 1, probe, claim, renew, release, announce, tickle, lastWill
  }

  /// The packet.
  package var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 64)
    writer.write(Limits.version)
    writer.write(kind.rawValue)
    switch self {
    case .hello(let hello): hello.write(to: &writer)
    case .probe: break
    case .claim(let term, let until), .renew(let term, let until):
      writer.write(term.number)
      writer.write(until.nanoseconds)
    case .release(let term), .announce(let term): writer.write(term.number)
    case .lastWill(let bytes):
      precondition(bytes.count <= Limits.willBytes, "GuardRequest: a will of \(bytes.count) bytes")
      writer.write(sized: bytes[...])
    case .tickle(let flows):
      precondition(flows.count <= Limits.flows, "GuardRequest: tickles \(flows.count) at once")
      writer.write(UInt32(flows.count))
      for flow in flows { flow.write(to: &writer) }
    }
    return writer.bytes
  }

  private var kind: Kind {
    switch self {
    case .hello: .hello
    case .probe: .probe
    case .claim: .claim
    case .renew: .renew
    case .release: .release
    case .announce: .announce
    case .tickle: .tickle
    case .lastWill: .lastWill
    }
  }

  /// Reads one packet; throws when it is anything but what `bytes` writes.
  package init(packet: Bytes) throws(DecodingFault) {
    var reader = ByteReader(packet)
    try reader.expectVersion()
    let byte = try reader.readUInt8()
    guard let kind = Kind(rawValue: byte) else {
      throw .unknown("request", value: UInt64(byte))
    }
    switch kind {
    case .hello: self = .hello(try GuardHello(from: &reader))
    case .probe: self = .probe
    case .claim:
      self = .claim(try reader.readTerm(), until: Instant(nanoseconds: try reader.readUInt64()))
    case .renew:
      self = .renew(try reader.readTerm(), until: Instant(nanoseconds: try reader.readUInt64()))
    case .release: self = .release(try reader.readTerm())
    case .announce: self = .announce(try reader.readTerm())
    case .lastWill: self = .lastWill(Array(try reader.readSized(limit: Limits.willBytes)))
    case .tickle:
      let count = try reader.readCount(limit: Limits.flows)
      var flows: [Flow] = []
      for _ in 0..<count { flows.append(try Flow(from: &reader)) }
      self = .tickle(flows)
    }
    try reader.finish()
  }
}

extension GuardHello {
  func write(to writer: inout ByteWriter) {
    writer.write(cluster.number)
    writer.write(cluster.epoch)
    writer.write(node.number)
    writer.write(lifetimeSeconds)
    writer.write(port)
    writer.write(UInt8(places.count))
    for place in places {
      place.address.write(to: &writer)
      writer.write(text: place.interface)
    }
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    let number = try reader.readUInt64()
    let cluster = ClusterID(number, epoch: try reader.readUInt64())
    let node = NodeID(try reader.readUInt64())
    let lifetime = try reader.readUInt8()
    guard Limits.lifetimeSeconds.contains(lifetime) else {
      throw .unknown("lifetime", value: UInt64(lifetime))
    }
    let port = try reader.readUInt16()
    guard port > 0 else { throw .unknown("port", value: 0) }
    let count = Int(try reader.readUInt8())
    guard count > 0 else { throw .inconsistent("no address") }
    guard count <= Limits.addresses else {
      throw .tooLong(length: count, limit: Limits.addresses)
    }
    var places: [Place] = []
    for _ in 0..<count {
      let address = try IPAddress(from: &reader)
      guard !places.contains(where: { $0.address == address }) else {
        throw .inconsistent("\(address) twice")
      }
      places.append(Place(address: address, interface: try reader.readInterface()))
    }
    self.init(
      cluster: cluster, node: node, places: places, lifetimeSeconds: lifetime, port: port)
  }
}
