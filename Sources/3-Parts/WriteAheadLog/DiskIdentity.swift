internal import BinaryCodec
public import RaftTypes

/// Whose directory this is: written once, when it is formatted, and never changed.
public struct DiskIdentity: Hashable, Sendable {
  public let cluster: ClusterID
  public let node: NodeID
  public let incarnation: DiskIncarnation

  public init(cluster: ClusterID, node: NodeID, incarnation: DiskIncarnation) {
    self.cluster = cluster
    self.node = node
    self.incarnation = incarnation
  }

  func write(to writer: inout ByteWriter) {
    writer.write(cluster.number)
    writer.write(cluster.epoch)
    writer.write(node.number)
    writer.write(incarnation.number)
  }

  static func read(from reader: inout ByteReader) throws(DecodingFault) -> DiskIdentity {
    DiskIdentity(
      cluster: ClusterID(try reader.readUInt64(), epoch: try reader.readUInt64()),
      node: NodeID(try reader.readUInt64()),
      incarnation: DiskIncarnation(try reader.readUInt64()))
  }
}

extension DiskIdentity: CustomStringConvertible {
  public var description: String { "cluster \(cluster), node \(node), disk \(incarnation)" }
}
