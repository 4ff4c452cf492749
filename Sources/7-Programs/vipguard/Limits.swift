import Determinism

/// The times and bounds of the guard.
enum Limits {
  /// How long a question on the segment waits for its answer. On one segment an answer takes well
  /// below a millisecond; a slower one is heard after the claim, and raises the alarm then.
  static let answer = TimeSpan.milliseconds(5)
  /// How long silence after a question counts: as long as a claim may follow an election.
  static let silence = TimeSpan.milliseconds(500)
  /// When a claim is announced, from its start: at once; again for a switch that was still
  /// learning, for one that drops the first frame of a new port, and for caches that lock an entry
  /// for a second after a change (net.ipv4.neigh.default.locktime).
  static let announcements: [TimeSpan] = [
    .zero, .milliseconds(50), .milliseconds(1100), .seconds(2), .seconds(5),
  ]
  /// And from then on: after a partition heals, caches are right within this time.
  static let announcementPeriod = TimeSpan.seconds(30)
  /// How often the holder asks whether a stranger has its address: alarms come within a second.
  static let watchPeriod = TimeSpan.milliseconds(400)
  /// DEFEND_INTERVAL of RFC 5227: a stranger is answered by one announcement in this time, so that
  /// two hosts that are sure of themselves do not flood the segment.
  static let defence = TimeSpan.seconds(10)
  /// How often kvnode is told of the same stranger.
  static let alarm = TimeSpan.seconds(1)
  /// How often an address that somebody removes is put back during one claim: two could be
  /// accidents, a third is a program with another opinion.
  static let reassertions = 3
  /// Peers of the socket that wait to be accepted: one, and another that is told to go.
  static let backlog: Int32 = 4
  /// Clients that are told of a move between two looks at kvnode's socket: each costs up to 0.1 ms
  /// on a busy host, and a renewal that waits for all of a thousand could come too late.
  static let ticklesOfTurn = 64
  /// Those that wait for it: as many as a node knows of its predecessor's.
  static let untold = 16 * 1024
  /// Events of one poll that are read from one source before the others have their turn.
  static let eventsOfTurn = 64
}
