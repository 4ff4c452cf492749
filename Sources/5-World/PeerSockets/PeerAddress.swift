/// `host:port`, as it stands in a membership; an IPv6 address stands in brackets.
package struct PeerAddress: Hashable, Sendable {
  package let host: String
  package let port: Int

  /// Nil when `text` has no host, or no port from 0 to 65535.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = text[..<colon]
    if host.first == "[", host.last == "]" {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty else { return nil }
    self.host = String(host)
    self.port = Int(port)
  }
}
