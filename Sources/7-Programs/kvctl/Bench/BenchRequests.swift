internal import BinaryCodec
internal import Determinism
internal import KeyValueClient

/// Makes the requests of a benchmark: keys spread evenly over the key space, values of letters that
/// differ from request to request and do not compress well.
struct BenchRequests {
  private let plan: BenchPlan
  private var dice: Dice
  private let letters: [UInt8]
  private var nextKey: Int
  private let keyStride: Int

  /// - Parameter first: where a fill begins; it goes on in steps of `stride`.
  init(_ plan: BenchPlan, seed: UInt64, first: Int, stride: Int) {
    self.plan = plan
    dice = Dice(seed: seed)
    nextKey = first
    keyStride = stride
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var letters: [UInt8] = []
    letters.reserveCapacity(plan.valueSize + Self.variety)
    for _ in 0..<(plan.valueSize + Self.variety) {
      letters.append(alphabet[Int(dice.next() & 63)])
    }
    self.letters = letters
  }

  /// How many different values there are.
  private static let variety = 4096

  mutating func next() -> (request: HTTPRequest, isPut: Bool) {
    switch plan.work {
    case .put: return (put(randomKey()), true)
    case .get: return (.get(randomKey()), false)
    case .mixed(let percent):
      let isPut = dice.chance(UInt64(percent), in: 100)
      return (isPut ? put(randomKey()) : .get(randomKey()), isPut)
    case .fill:
      defer { nextKey += keyStride }
      return (put(key(nextKey)), true)
    }
  }

  private mutating func put(_ key: Bytes) -> HTTPRequest {
    let start = Int(dice.below(UInt64(Self.variety)))
    return .put(key, letters[start..<(start + plan.valueSize)])
  }

  private mutating func randomKey() -> Bytes { key(Int(dice.below(UInt64(plan.keys)))) }

  private func key(_ number: Int) -> Bytes {
    var key = plan.prefix
    var scale = 10_000_000
    while scale > 0 {
      key.append(UInt8(ascii: "0") + UInt8(number / scale % 10))
      scale /= 10
    }
    return key
  }
}
