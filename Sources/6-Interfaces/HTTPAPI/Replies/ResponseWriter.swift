internal import BinaryCodec
internal import ClientProtocol
internal import JSONText
internal import NIOCore
internal import RaftTypes

/// Turns answers into the bytes of responses. One for all connections of an event loop: its buffers
/// are scratch space that is used again by the next response.
struct ResponseWriter {
  /// How one response goes out.
  struct Delivery {
    /// The length is told, the body is not sent.
    var isHead = false
    var persistence = ResponseHead.Persistence.keepAlive
  }

  private var json = JSONWriter(capacity: 4096)
  private var date = HTTPDate()

  /// A body larger than this does not keep its scratch space.
  private static let keptBytes = 256 << 10

  /// The node's answer. Returns the status, for the metrics.
  mutating func write(
    _ reply: ClientReply, as form: ReplyForm, _ delivery: Delivery, into out: inout ByteBuffer
  ) -> Int {
    switch reply.body {
    case .failed(let error):
      return write(Refusal(error), reply.stamp, delivery, into: &out)
    case .written(let result):
      return write(result, as: form, reply.stamp, delivery, into: &out)
    case .range(let result):
      return write(result, as: form, reply.stamp, delivery, into: &out)
    case .transferred(let node):
      return document(reply.stamp, delivery, into: &out) { json in
        json.beginObject()
        json.member("leader", node.number)
        json.endObject()
      }
    case .snapshotTaken(let position, let bytes):
      return document(reply.stamp, delivery, into: &out) { json in
        json.beginObject()
        json.member("term", position.term.number)
        json.member("index", position.index.number)
        json.member("bytes", bytes)
        json.endObject()
      }
    case .status(let status):
      return document(reply.stamp, delivery, into: &out) { $0.write(status, as: form) }
    case .membership(let view):
      return document(reply.stamp, delivery, into: &out) { $0.write(view) }
    }
  }

  /// A refusal, with an error document; `extra` adds members beside `error`.
  mutating func write(
    _ refusal: Refusal, _ stamp: ReplyStamp, _ delivery: Delivery, into out: inout ByteBuffer,
    extra: (inout JSONWriter) -> Void = { _ in }
  ) -> Int {
    json.removeAll()
    json.beginObject()
    json.write(refusal.error)
    extra(&json)
    json.endObject()
    var head = ResponseHead(
      status: refusal.status, contentLength: json.bytes.count, persistence: delivery.persistence,
      stamp: stamp)
    head.retryAfter = ErrorMapping.retryAfter(refusal.status)
    head.allow = refusal.allow
    return finish(head, delivery, into: &out)
  }

  /// A JSON document that `body` writes.
  mutating func document(
    status: Int = 200, _ stamp: ReplyStamp, _ delivery: Delivery, into out: inout ByteBuffer,
    _ body: (inout JSONWriter) -> Void
  ) -> Int {
    let head = ResponseHead(
      status: status, contentLength: 0, persistence: delivery.persistence, stamp: stamp)
    return document(head, delivery, into: &out, body)
  }

  /// A JSON document that `body` writes, under `head`, whose content length is set here.
  mutating func document(
    _ head: ResponseHead, _ delivery: Delivery, into out: inout ByteBuffer,
    _ body: (inout JSONWriter) -> Void
  ) -> Int {
    json.removeAll()
    body(&json)
    var head = head
    head.contentLength = json.bytes.count
    return finish(head, delivery, into: &out)
  }

  /// A body that is no JSON.
  mutating func write(
    _ body: Bytes, _ head: ResponseHead, _ delivery: Delivery, into out: inout ByteBuffer
  ) -> Int {
    head.write(date: date.refreshed(), into: &out)
    if !delivery.isHead { out.writeBytes(body) }
    return head.status
  }

  /// Writes `head` and the JSON document.
  private mutating func finish(
    _ head: ResponseHead, _ delivery: Delivery, into out: inout ByteBuffer
  ) -> Int {
    head.write(date: date.refreshed(), into: &out)
    if !delivery.isHead { out.writeBytes(json.bytes) }
    if json.bytes.count > Self.keptBytes { json = JSONWriter(capacity: 4096) }
    return head.status
  }
}
