internal import ClientProtocol
internal import NIOCore
internal import RaftTypes

extension ClientConnection: SnapshotTaker {
  private var download: SnapshotDownload? {
    guard case .streaming(let download)? = exchanges.first?.state else { return nil }
    return download
  }

  private func keep(_ download: SnapshotDownload) {
    exchanges[exchanges.startIndex].state = .streaming(download)
  }

  /// The oldest exchange is answered piece by piece from now on.
  func begin(_ download: SnapshotDownload) {
    server.gauges.downloads += 1
    keep(download)
    continueDownload()
  }

  /// Asks for the next piece, if the client has taken what there was.
  func continueDownload() {
    guard var download, !download.isReading, !isClosing, out.readableBytes == 0,
      let context, context.channel.isWritable
    else { return }
    download.isReading = true
    keep(download)
    var wish = download.wish
    wish.count = server.limits.snapshotPiece
    server.port.read(wish, for: self)
  }

  func take(_ piece: SnapshotPiece?) {
    guard context != nil, var download, download.isReading, let oldest = exchanges.first else {
      return
    }
    download.isReading = false
    guard let piece, download.wish.offset <= piece.size else {
      // With the head out, only the connection's end can say that the rest does not come.
      guard download.left == nil else { return reset() }
      end(.answered(.refusal(.noSuchSnapshot)))
      return settle()
    }
    if download.left == nil { writeHead(of: piece, from: download.wish.offset, oldest.delivery) }
    let left = (download.left ?? piece.size - download.wish.offset)
    guard !oldest.delivery.isHead, left > 0 else { return finish(oldest.delivery) }
    let bytes = piece.bytes.prefix(Int(clamping: left))
    guard !bytes.isEmpty else { return reset() }
    out.writeBytes(bytes)
    download.wish.position = piece.position
    download.wish.offset += UInt64(bytes.count)
    download.left = left - UInt64(bytes.count)
    keep(download)
    if download.left == 0 { finish(oldest.delivery) } else { mark() }
  }

  private func writeHead(
    of piece: SnapshotPiece, from offset: UInt64, _ delivery: ResponseWriter.Delivery
  ) {
    var head = ResponseHead(
      contentLength: Int(clamping: piece.size - offset), persistence: delivery.persistence,
      stamp: server.port.stamp)
    head.content = .bytes
    head.snapshot = (piece.position, piece.size)
    server.gauges.responses[server.writer.write([], head, delivery, into: &out)] += 1
  }

  private func finish(_ delivery: ResponseWriter.Delivery) {
    end(nil)
    if delivery.persistence == .close { isClosing = true }
    if exchanges.isEmpty { since = server.tick }
    mark()
    settle()
  }

  /// The download is over: its exchange becomes something else, or goes.
  private func end(_ state: Exchange.State?) {
    server.gauges.downloads -= 1
    if let state {
      exchanges[exchanges.startIndex].state = state
    } else {
      exchanges.removeFirst()
      firstTag += 1
    }
  }
}
