import Glibc

/// A conversation with the kernel (netlink(7)). Requests are worked off within sendto(2), so that
/// every answer to one is there when it returns: nothing here waits.
final class NetlinkSocket {
  /// linux/netlink.h: NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_NETFILTER.
  enum Family: Int32 {
    case route = 0
    case socketDiagnosis = 4
    case netfilter = 12
  }

  let descriptor: Int32
  private var sequence: UInt32 = 0
  private var buffer = [UInt8](repeating: 0, count: Limits.datagram)

  /// With `groups` (RTMGRP_ bits) the socket hears of changes too.
  init(_ family: Family, groups: UInt32 = 0) throws(NetworkFault) {
    descriptor = socket(
      AF_NETLINK, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
      family.rawValue)
    guard descriptor >= 0 else { throw .system("netlink socket", errno) }
    // struct sockaddr_nl: family, padding, port (the kernel chooses), groups.
    let address =
      ByteOrder.host(UInt16(AF_NETLINK)) + [0, 0] + ByteOrder.host(UInt32(0))
      + ByteOrder.host(groups)
    guard withSocketAddress(address, { bind(descriptor, $0, $1) }) == 0 else {
      throw .system("netlink bind", errno)
    }
  }

  deinit { close(descriptor) }

  /// Sends the messages as one datagram and reads the kernel's answer to each that asks for one.
  /// Throws `refused` with the first error; in an nf_tables batch nothing has happened then.
  func request(_ messages: [NetlinkMessage], _ operation: String) throws(NetworkFault) {
    let sequences = try send(messages, operation)
    let count = messages.filter(\.asksForAcknowledgement).count
    var acknowledgements = Acknowledgements(to: sequences, expecting: count)
    while let replies = try receive(operation) {
      for reply in replies { acknowledgements.note(reply) }
    }
    try acknowledgements.settle(operation)
  }

  /// The kernel's one answer to a question. Throws `refused` with the error that it may be.
  func ask(_ question: NetlinkMessage, _ operation: String) throws(NetworkFault) -> NetlinkReply {
    let sequences = try send([question], operation)
    while let replies = try receive(operation) {
      for reply in replies where sequences.contains(reply.sequence) {
        if let code = reply.code, code != 0 { throw .system(operation, code) }
        return reply
      }
    }
    throw .unreadable(operation: operation)
  }

  /// Everything that the kernel lists in answer to `message`; again from the start when the list
  /// changed meanwhile.
  func dump(_ message: NetlinkMessage, _ operation: String) throws(NetworkFault) -> [NetlinkReply] {
    for _ in 0..<Limits.dumpAttempts {
      if let replies = try dumpOnce(message, operation) { return replies }
    }
    throw .unreadable(operation: operation)
  }

  private func dumpOnce(
    _ message: NetlinkMessage, _ operation: String
  ) throws(NetworkFault) -> [NetlinkReply]? {
    let sequences = try send([message], operation)
    var all: [NetlinkReply] = []
    var isWhole = true
    while let replies = try receive(operation) {
      for reply in replies where sequences.contains(reply.sequence) {
        isWhole = isWhole && !reply.wasInterrupted
        guard let code = reply.code else {
          all.append(reply)
          continue
        }
        if code != 0 { throw .system(operation, code) }
        return isWhole ? all : nil
      }
    }
    throw .unreadable(operation: operation)
  }

  /// The next datagram of the kernel, nil when none is there. Throws `refused` with ENOBUFS when
  /// there was no room for what it had to say.
  func receive(_ operation: String) throws(NetworkFault) -> [NetlinkReply]? {
    while true {
      var sender = [UInt8](repeating: 0, count: 12)
      var senderLength = socklen_t(sender.count)
      let count = sender.withUnsafeMutableBytes { sender in
        buffer.withUnsafeMutableBytes { buffer in
          recvfrom(
            descriptor, buffer.baseAddress, buffer.count, Int32(MSG_TRUNC),
            sender.baseAddress?.assumingMemoryBound(to: sockaddr.self), &senderLength)
        }
      }
      guard count >= 0 else {
        let code = errno
        if code == EINTR { continue }
        if code == EAGAIN { return nil }
        throw .system(operation, code)
      }
      // Other processes may write to a netlink socket too; the kernel's port is 0.
      guard ByteOrder.host(sender[...], at: 4, as: UInt32.self) == 0 else { continue }
      guard count <= buffer.count, let replies = NetlinkReply.all(in: Array(buffer[..<count]))
      else { throw .unreadable(operation: operation) }
      return replies
    }
  }

  private func send(
    _ messages: [NetlinkMessage], _ operation: String
  ) throws(NetworkFault) -> ClosedRange<UInt32> {
    // What an earlier call left unread must not be mistaken for answers to this one.
    while try receive(operation) != nil {}
    if sequence > .max - UInt32(messages.count) - 1 { sequence = 0 }
    let first = sequence + 1
    var bytes: [UInt8] = []
    for message in messages {
      sequence += 1
      bytes += message.sealed(sequence)
    }
    let sent = bytes.withUnsafeBytes { bytes in
      Glibc.send(descriptor, bytes.baseAddress, bytes.count, 0)
    }
    guard sent == bytes.count else { throw .system(operation, errno) }
    return first...sequence
  }
}

/// Lends bytes laid out as one of the kernel's socket addresses to a system call.
func withSocketAddress<Result>(
  _ bytes: [UInt8], _ body: (UnsafePointer<sockaddr>?, socklen_t) -> Result
) -> Result {
  bytes.withUnsafeBytes { raw in
    body(raw.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
  }
}
