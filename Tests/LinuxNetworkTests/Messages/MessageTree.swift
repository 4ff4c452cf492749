@testable import LinuxNetwork

/// A netlink message as text in which the order of attributes, which the kernel does not heed, and
/// what only numbers the message do not show.
struct MessageTree: Equatable, CustomStringConvertible {
  let description: String

  /// `headerLength` is that of the family's own header. `leavingOut` names attributes by the types
  /// on the way to them.
  init?(_ bytes: [UInt8], headerLength: Int, leavingOut: [[UInt16]] = []) {
    guard let reply = NetlinkReply.all(in: bytes)?.first else { return nil }
    let header = Array(reply.payload.prefix(headerLength))
    let attributes = Self.text(reply.payload.dropFirst(headerLength), [], leavingOut)
    description = "type \(reply.type) header \(header)\n\(attributes)"
  }

  private static func text(
    _ bytes: ArraySlice<UInt8>, _ path: [UInt16], _ leavingOut: [[UInt16]]
  ) -> String {
    var rest = bytes
    var lines: [(type: UInt16, text: String)] = []
    while let length = ByteOrder.host(rest, at: 0, as: UInt16.self).map({ Int($0) }),
      let type = ByteOrder.host(rest, at: 2, as: UInt16.self), length >= 4, length <= rest.count
    {
      let payload = rest.prefix(length).dropFirst(4)
      let here = path + [type & 0x3fff]
      if !leavingOut.contains(here) {
        let indent = String(repeating: "  ", count: path.count)
        let isNested = type & 0x8000 != 0
        let value = isNested ? "\n" + text(payload, here, leavingOut) : " \(Array(payload))"
        lines.append((type & 0x3fff, "\(indent)\(type & 0x3fff)\(value)"))
      }
      rest = rest.dropFirst((length + 3) & ~3)
    }
    // Lists are attributes of one type, whose order does count: the sort is stable.
    let sorted = lines.enumerated().sorted {
      ($0.element.type, $0.offset) < ($1.element.type, $1.offset)
    }
    return sorted.map(\.element.text).joined(separator: "\n")
  }
}
