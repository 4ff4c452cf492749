internal import ClientProtocol
internal import JSONText
internal import KeyValueStore
internal import RaftTypes
internal import WriteAheadLog

extension RecoveryPlan {
  /// The plan for programs: one JSON object.
  func document(_ state: RecoveredState) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.member("cluster", String(cluster.number, radix: 16))
    json.member("epoch", cluster.epoch)
    json.member("next_epoch", nextCluster.epoch)
    json.name("directories")
    json.beginArray()
    for copy in copies { write(copy, to: &json) }
    json.endArray()
    json.member("best", copies[best].directory)
    json.name("kept")
    json.write(kept, time: keptTime)
    json.member("proven_index", proven.number)
    json.member("repaired", UInt64(fills.count))
    json.name("lost_from")
    if let hole { json.write(hole, time: nil) } else { json.null() }
    json.member("may_lose_acknowledged", mayLoseMore)
    json.member("has_quorum", hasQuorum)
    json.name("voters")
    json.write(membership.voters)
    json.name("lost_voters")
    json.write(lostVoters)
    json.member("keys", UInt64(state.store.statistics.keys))
    json.member("revision", state.store.revision.number)
    json.name("state_hash")
    json.value(hexadecimal: state.store.stateHash)
    json.endObject()
    return json.bytes
  }

  private func write(_ copy: SurvivingCopy, to json: inout JSONWriter) {
    let contents = copy.contents
    json.beginObject()
    json.member("directory", copy.directory)
    json.member("node", copy.node.number)
    json.member("disk", contents.identity.incarnation.description)
    json.name("ballot_term")
    if let ballot = contents.ballot { json.value(ballot.term.number) } else { json.null() }
    json.member("first_index", contents.slots.first?.position.index.number ?? 0)
    json.name("last")
    json.write(copy.last, time: nil)
    json.member("snapshot_index", contents.snapshots.first?.descriptor.position.index.number ?? 0)
    json.member("faulty", UInt64(copy.faulty.count))
    json.member("log_is_cut", contents.isLogCut)
    json.name("damages")
    json.beginArray()
    for damage in contents.damages { json.value("\(damage)") }
    json.endArray()
    json.endObject()
  }
}

extension JSONWriter {
  fileprivate mutating func write(_ position: LogPosition, time: LogTime?) {
    beginObject()
    member("term", position.term.number)
    member("index", position.index.number)
    if let time { member("time_ms", time.milliseconds) }
    endObject()
  }

  fileprivate mutating func write(_ nodes: [NodeID]) {
    beginArray()
    for node in nodes { value(node.number) }
    endArray()
  }
}
