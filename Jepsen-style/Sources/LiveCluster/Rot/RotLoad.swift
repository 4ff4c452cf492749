internal import ClientProtocol
internal import Determinism
internal import KeyValueClient
internal import Synchronization

/// Values that can be told from their number, so that nothing has to be remembered of what was
/// acknowledged.
struct RotLoad: Sendable {
  private static let bytes = 64 << 10

  private let client: KeyValueClient
  let count: Int

  init(_ client: KeyValueClient, megabytes: Int) {
    self.client = client
    count = max(1, megabytes << 20 / Self.bytes)
  }

  /// Writes all of it, eight at a time, each until it is acknowledged.
  func write() async throws {
    try await each { number in
      try await client.put(Self.key(number), Self.value(number)[...], ifUnknown: .sendAgain)
    }
  }

  /// How many values are not there as they were acknowledged.
  func missing() async throws -> Int {
    let missing = MissingCount()
    try await each { number in
      let found = try await client.get(Self.key(number))
      if found?.value.elementsEqual(Self.value(number)) != true { missing.count() }
    }
    return missing.total
  }

  private func each(_ body: @escaping @Sendable (Int) async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for lane in 0..<8 {
        group.addTask {
          for number in stride(from: lane, to: count, by: 8) { try await body(number) }
        }
      }
      try await group.waitForAll()
    }
  }

  private static func key(_ number: Int) -> ArraySlice<UInt8> { Array("rot/\(number)".utf8)[...] }

  private static func value(_ number: Int) -> [UInt8] {
    var dice = Dice(seed: UInt64(number))
    var value: [UInt8] = []
    value.reserveCapacity(bytes)
    while value.count < bytes { withUnsafeBytes(of: dice.next()) { value += $0 } }
    return value
  }
}

private final class MissingCount: Sendable {
  private let number = Atomic<Int>(0)

  func count() { number.add(1, ordering: .relaxed) }
  var total: Int { number.load(ordering: .relaxed) }
}
