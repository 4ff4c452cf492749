import BinaryCodec
import ClientProtocol
import Determinism
import KeyValueStore
import RaftTypes
import Replica

extension ClientRequest {
  static func put(_ key: String, _ value: String) -> ClientRequest {
    let put = Put(key: Array(key.utf8)[...], value: Array(value.utf8)[...])
    return .write(Command(.put(put)).encoded()[...])
  }

  static func get(
    _ key: String, _ consistency: Consistency = .linearizable
  ) -> ClientRequest {
    .read(RangeQuery(range: .key(Array(key.utf8)[...])), consistency)
  }
}

extension ClientReply {
  /// The value of a read of one key; nil when there is none, or when this is no range.
  var value: String? {
    guard case .range(let range) = body, let item = range.items.first else { return nil }
    return String(decoding: item.value, as: UTF8.self)
  }
}

extension Trio {
  /// What a node's own state says about a key, without asking anybody.
  func stored(_ number: Int, _ key: String) -> String? {
    let query = RangeQuery(range: .key(Array(key.utf8)[...]))
    guard let item = try? self[number].replica.store.read(query).items.first else { return nil }
    return String(decoding: item.value, as: UTF8.self)
  }

  /// A trio with a leader and its two followers.
  static func led(
    _ change: (inout ReplicaSettings) -> Void = { _ in }
  ) -> (Trio, leader: Int, followers: [Int]) {
    var trio = Trio(change)
    let leader = trio.elect()
    trio.pass(.milliseconds(100))
    return (trio, leader, [1, 2, 3].filter { $0 != leader })
  }
}
