public import BinaryCodec

extension RangeQuery: BinaryCoded {
  public var encodedSize: Int { 32 + range.encodedSize + (after?.count ?? 0) }

  public func write(to writer: inout ByteWriter) {
    range.write(to: &writer)
    writer.write(optional: revision) { $0.write($1.number) }
    writer.write(order.rawValue)
    writer.write(content.rawValue)
    writer.write(optional: limit) { $0.write($1) }
    writer.write(optional: maxBytes) { $0.write($1) }
    writer.write(optional: after) { $0.write(sized: $1) }
  }

  public init(from reader: inout ByteReader) throws(DecodingFault) {
    let range = try KeyRange(from: &reader)
    let revision = try reader.readBool() ? Revision(try reader.readUInt64()) : nil
    let orderCode = try reader.readUInt8()
    guard let order = Order(rawValue: orderCode) else {
      throw .unknown("order", value: UInt64(orderCode))
    }
    let contentCode = try reader.readUInt8()
    guard let content = Content(rawValue: contentCode) else {
      throw .unknown("content", value: UInt64(contentCode))
    }
    self.init(
      range: range, revision: revision, order: order, content: content,
      limit: try reader.readBool() ? try reader.readUInt32() : nil,
      maxBytes: try reader.readBool() ? try reader.readUInt32() : nil,
      after: try reader.readBool() ? try reader.readSized(limit: Limits.bytes) : nil)
  }
}

extension RangeResult: BinaryCoded {
  public var encodedSize: Int { 17 + items.encodedSize }

  public func write(to writer: inout ByteWriter) {
    items.write(to: &writer)
    writer.write(count)
    writer.write(more)
    writer.write(readRevision.number)
  }

  public init(from reader: inout ByteReader) throws(DecodingFault) {
    self.init(
      items: try [KeyValue](from: &reader), count: try reader.readUInt64(),
      more: try reader.readBool(), readRevision: Revision(try reader.readUInt64()))
  }
}
