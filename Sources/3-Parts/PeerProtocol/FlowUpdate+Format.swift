internal import BinaryCodec
internal import NetworkTypes
internal import RaftTypes

// All connections go to few addresses: these stand once, and an IPv4 connection takes 8 bytes.
extension FlowUpdate {
  /// An end of connections at the holder.
  private struct Place: Hashable {
    let address: IPAddress
    let port: UInt16

    init(_ flow: Flow) {
      address = flow.local
      port = flow.localPort
    }

    init(address: IPAddress, port: UInt16) {
      self.address = address
      self.port = port
    }
  }

  /// In the order in which flows name them.
  private var places: [Place] {
    var places: [Place] = []
    for flow in opened + closed where !places.contains(Place(flow)) { places.append(Place(flow)) }
    return places
  }

  /// Bytes of the encoded form.
  var size: Int {
    let head = 8 + 8 + 1 + 4 + 4 + 4
    let ofPlaces = places.reduce(0) { $0 + 1 + $1.address.bytes.count + 2 }
    return (opened + closed).reduce(head + ofPlaces) { $0 + 2 + $1.remote.bytes.count + 2 }
  }

  func write(to writer: inout ByteWriter) {
    let places = places
    writer.write(term.number)
    writer.write(sequence)
    writer.write(isWhole)
    writer.write(UInt32(places.count))
    for place in places {
      writer.write(UInt8(place.address.bytes.count))
      writer.write(raw: place.address.bytes)
      writer.write(place.port)
    }
    for flows in [opened, closed] {
      writer.write(UInt32(flows.count))
      for flow in flows {
        writer.write(UInt16(places.firstIndex(of: Place(flow)) ?? 0))
        writer.write(raw: flow.remote.bytes)
        writer.write(flow.remotePort)
      }
    }
  }

  init(from reader: inout ByteReader) throws(DecodingFault) {
    let term = Term(try reader.readNumber())
    let sequence = try reader.readNumber()
    let isWhole = try reader.readBool()
    var places: [Place] = []
    for _ in 0..<(try reader.readCount(limit: Limits.flows)) {
      let length = Int(try reader.readUInt8())
      guard length == 4 || length == 16 else {
        throw .unknown("address of length", value: UInt64(length))
      }
      let address = try reader.readAddress(length)
      places.append(Place(address: address, port: try reader.readUInt16()))
    }
    let opened = try Self.readFlows(at: places, most: Limits.flows, from: &reader)
    let closed = try Self.readFlows(
      at: places, most: isWhole ? 0 : Limits.flows - opened.count, from: &reader)
    self.init(
      term: term, sequence: sequence, isWhole: isWhole, opened: opened, closed: closed)
  }

  private static func readFlows(
    at places: [Place], most: Int, from reader: inout ByteReader
  ) throws(DecodingFault) -> [Flow] {
    var flows: [Flow] = []
    for _ in 0..<(try reader.readCount(limit: most)) {
      let index = Int(try reader.readUInt16())
      guard index < places.count else { throw .unknown("place", value: UInt64(index)) }
      let place = places[index]
      let remote = try reader.readAddress(place.address.bytes.count)
      flows.append(
        Flow(
          local: place.address, localPort: place.port, remote: remote,
          remotePort: try reader.readUInt16()))
    }
    return flows
  }
}

extension ByteReader {
  fileprivate mutating func readAddress(_ length: Int) throws(DecodingFault) -> IPAddress {
    guard let address = IPAddress(bytes: try readRaw(length)) else {
      throw .unknown("address of length", value: UInt64(length))
    }
    return address
  }
}
