/// What the API accepts, holds and waits for at most. Whoever makes a server may set every number;
/// `/v1/cluster/limits` reports them.
package struct Limits: Hashable, Sendable {
  /// Longest key. A key stands in every path, cursor and tree node; 4 KiB is the longest file
  /// path and half of the 8 KiB that proxies commonly grant a request line, percent-encoding aside.
  package var keyBytes = 4 << 10
  /// Longest value. A sixteenth of the largest entry: one value never fills a log segment or a
  /// frame between nodes.
  package var valueBytes = 1 << 20
  /// Comparisons and steps of a transaction, nested ones included; etcd's default.
  package var transactionOperations = 128
  /// Longest body. A transaction may carry a few of the largest values, not 128 of them: one entry
  /// must stay a fraction of a log segment. Base64 and escapes cost up to a third more.
  package var bodyBytes = 4 << 20

  /// Longest request line and longest single header. A key of `keyBytes` is three times as long
  /// when every byte is percent-encoded; the rest is for the query, whose cursor holds a key too.
  package var headerFieldBytes = 32 << 10
  /// Request line and headers together.
  package var headerBytes = 48 << 10
  package var headerCount = 64

  /// Items of a page when the client names no limit, and at most.
  package var pageItems: UInt32 = 1000
  package var pageItemsMost: UInt32 = 10_000
  /// Bytes of keys and values of a page when the client names no limit, and at most: rendering the
  /// largest holds the event loop for about 10 ms.
  package var pageBytes: UInt32 = 1 << 20
  package var pageBytesMost: UInt32 = 8 << 20

  /// How long a request waits for its answer when the client names no `timeout_ms`, and at most.
  package var timeoutMilliseconds: UInt32 = 5_000
  package var timeoutMillisecondsMost: UInt32 = 60_000

  /// Connections of all listeners: ten thousand clients that mostly wait, and some thousands more.
  /// An idle one costs a few KiB here and its socket (docs/performance/OVERLOAD.md has the figure).
  /// A node that may open fewer files takes fewer.
  package var connections = 16_384
  /// Requests of one connection that wait for their answer; at this number the socket is not read
  /// any more. What the last read brought along (at most 64 KiB of requests) is still served.
  package var pipelined = 128
  /// Requests of all connections that wait for their answer; more are answered 429. A thousand busy
  /// clients fit; at 20,000 writes/s it is 50 ms of work, and who is let in is to be answered
  /// within 100 ms. A longer queue adds latency and no throughput.
  package var inFlight = 1024
  /// Answers 429 for that reason in a hundredth of a second; the next ones wait for their turn
  /// (`RefusalLine`). Two thousand a second are some hundredths of a processor on either side.
  package var refusalPace = 20
  /// Bytes of request bodies held by all connections, and of answers that wait behind an earlier
  /// one of their connection; more are answered 429.
  package var inFlightBytes = 64 << 20
  /// Bytes of answers that one connection has not taken yet; a reader that lags further is cut off.
  /// Twice the largest page as JSON, so that one slow page is no offence.
  package var unsentBytes = 32 << 20
  /// The same of all connections together; at this number the one that is written to is cut off. A
  /// crowd of slow readers costs memory of this order, whatever each of them may do alone.
  package var unsentBytesOfAll = 256 << 20
  /// Bytes of a snapshot that are read from the disk, and wait for the client, at a time: a reading
  /// of some 100 µs, and a hundredth of a second of a fast network.
  package var snapshotPiece = 256 << 10
  /// Snapshots that are downloaded at once: one is an operator's work, several a mistake, and each
  /// takes the disk's time from the log.
  package var downloads = 4

  /// Timeouts count in ticks of the server's sweep; a deadline is met one tick late at most.
  package var tickMilliseconds: Int64 = 500
  /// From a request's first byte to the end of its head: a slow network needs 1, an attacker all of
  /// it.
  package var headTicks: UInt64 = 20
  /// From a request's head to the end of its body: `bodyBytes` at 1 Mbit/s.
  package var bodyTicks: UInt64 = 70
  /// Between requests. Longer than the 60 s after which most clients and proxies drop an idle
  /// connection, so that it is not this side that closes while a request is under way.
  package var idleTicks: UInt64 = 150
  /// How long answers may wait for a client that takes fewer than `takenBytes` of them meanwhile.
  package var stalledTicks: UInt64 = 20
  /// A network of 1 Mbit/s carries them in that time, as it does `bodyBytes`.
  package var takenBytes = 1 << 20
  /// After a refusal that closes the connection: how long what the client still sends is thrown
  /// away, so that it reads the refusal before it meets a reset (RFC 9112, section 9.6).
  package var lingerTicks: UInt64 = 4

  /// Bytes of a response's head, its `Allow` apart: the names of all fields are 330, a date 29, and
  /// each of at most nine numbers 20.
  static let responseHeadBytes = 768

  package init() {}
}
