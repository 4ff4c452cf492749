public import RaftTypes

extension WriteAheadLog {
  /// Makes `ballot` durable, in both copies, before it returns: only then may the vote leave (§5.2,
  /// pitfall 2).
  ///
  /// A failure poisons the log.
  public func saveBallot(_ ballot: Ballot) throws(LogFault) {
    try refuseIfPoisoned()
    try poisoning { () throws(FileFault) in try ballots.save(ballot) }
  }
}
