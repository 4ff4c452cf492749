internal import BinaryCodec
public import RaftTypes

/// Whose directory this is, and which promises it remembers.
public struct DiskIdentity: Hashable, Sendable {
  public let cluster: ClusterID
  public let node: NodeID
  /// The life whose votes this disk remembers: another one once a ballot was lost. This is what
  /// the cluster knows the disk by.
  public let incarnation: DiskIncarnation
  /// The first incarnation, drawn when the disk was formatted and kept for ever. It marks the
  /// log: entries stay this disk's own when its promises are lost.
  public let origin: DiskIncarnation

  /// - Parameter origin: nil for a disk that was never renewed.
  public init(
    cluster: ClusterID, node: NodeID, incarnation: DiskIncarnation, origin: DiskIncarnation? = nil
  ) {
    self.cluster = cluster
    self.node = node
    self.incarnation = incarnation
    self.origin = origin ?? incarnation
  }

  /// The same disk, in a life that has promised nothing yet.
  func renewed(_ incarnation: DiskIncarnation) -> DiskIdentity {
    DiskIdentity(cluster: cluster, node: node, incarnation: incarnation, origin: origin)
  }

  /// Whether both are one disk, whatever it remembers.
  func isSameDisk(as other: DiskIdentity) -> Bool {
    cluster == other.cluster && node == other.node && origin == other.origin
  }

  func write(to writer: inout ByteWriter) {
    writer.write(cluster.number)
    writer.write(cluster.epoch)
    writer.write(node.number)
    writer.write(incarnation.number)
    writer.write(origin.number)
  }

  static func read(from reader: inout ByteReader) throws(DecodingFault) -> DiskIdentity {
    DiskIdentity(
      cluster: ClusterID(try reader.readUInt64(), epoch: try reader.readUInt64()),
      node: NodeID(try reader.readUInt64()),
      incarnation: DiskIncarnation(try reader.readUInt64()),
      origin: DiskIncarnation(try reader.readUInt64()))
  }
}

extension DiskIdentity: CustomStringConvertible {
  public var description: String {
    let renewal = origin == incarnation ? "" : ", formatted as \(origin)"
    return "cluster \(cluster), node \(node), disk \(incarnation)\(renewal)"
  }
}
