/// Bounds of what kvnode and vipguard say to each other.
package enum Limits {
  /// The longest message: a claim with its last will, 4 KiB for seven peers, and room.
  package static let messageBytes = 16 << 10
}
