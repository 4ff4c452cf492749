/// Where a search begins. The further a state lies from a cluster's birth, the more of the depth is
/// left for what may go wrong there.
public enum Opening: String, CaseIterable, Sendable {
  /// Three empty logs, no leader.
  case born
  /// Node 1 leads, and everybody has everything.
  case led
  /// Node 1 has led and has a write that it alone has; node 2 leads, and its first entry is on its
  /// own disk only: figure 8 (b) of the paper.
  case contested
}
