public import BinaryCodec
public import RaftTypes

/// Bytes of a snapshot file, and where they belong.
public struct SnapshotPart: Sendable {
  public let position: LogPosition
  /// Length of the whole file.
  public let size: UInt64
  /// Where in the file `bytes` stand.
  public let offset: UInt64
  public let bytes: Bytes
}

extension KeyValueClient {
  /// Downloads a snapshot file as a node has it on its disk, from `offset` on, in order and no
  /// faster than `take` returns. Files of one position are the same on every node, so a download
  /// that broke off can go on at another one. Nothing is tried again here.
  ///
  /// Throws `ClientError` (`notFound`: this node does not have it), or what `take` throws.
  /// - Parameter endpoint: the node to ask; its own address, since only some nodes may have it.
  public func downloadSnapshot(
    _ position: LogPosition, from offset: UInt64 = 0, at endpoint: Endpoint,
    _ take: (SnapshotPart) async throws -> Void
  ) async throws {
    let stream = SnapshotStream(
      endpoint: endpoint,
      target: "/v1/snapshot?term=\(position.term.number)&index=\(position.index.number)"
        + "&offset=\(offset)",
      offset: offset, connectTimeout: configuration.connectTimeout,
      patience: Limits.downloadSilence)
    try await stream.run(take)
  }
}
