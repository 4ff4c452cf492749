import Testing

/// Tests of the programs as people run them: real processes, sockets and disks. One test at a time,
/// because each has a cluster to itself.
@Suite(
  "End to end", .serialized, .timeLimit(.minutes(3)), .watched(for: .seconds(240)),
  .enabled(if: Programs.found != nil, Programs.remedy))
enum EndToEnd {}
