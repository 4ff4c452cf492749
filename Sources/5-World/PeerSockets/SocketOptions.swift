internal import Determinism
internal import Glibc
internal import NIOCore

/// Socket options of peer connections (tcp(7)).
enum SocketOptions {
  typealias Pair = (ChannelOptions.Types.SocketOption, SocketOptionValue)

  /// Frames leave at once, and a peer that vanished is noticed within seconds, also by a side that
  /// only reads: after 5 s of silence a probe, then every 2 s, three in all.
  static func connection(_ timing: PeerTiming) -> [Pair] {
    [
      (.tcpOption(.tcp_nodelay), 1),
      (.socketOption(.so_keepalive), 1),
      (.tcpOption(.init(rawValue: TCP_KEEPIDLE)), 5),
      (.tcpOption(.init(rawValue: TCP_KEEPINTVL)), 2),
      (.tcpOption(.init(rawValue: TCP_KEEPCNT)), 3),
      (
        .tcpOption(.init(rawValue: TCP_USER_TIMEOUT)),
        SocketOptionValue(clamping: timing.unacknowledged.milliseconds)
      ),
    ]
  }

  static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(
    low: Limits.writeBufferLow, high: Limits.writeBufferHigh)

  static let readAllocator = AdaptiveRecvByteBufferAllocator(
    minimum: 1024, initial: 16 << 10, maximum: Limits.readBuffer)
}

extension TimeSpan {
  var amount: TimeAmount { .nanoseconds(Int64(clamping: nanoseconds)) }
}
