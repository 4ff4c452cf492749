import Determinism

/// Bytes that no compression makes shorter.
enum Noise {
  static let megabyte: [UInt8] = {
    var dice = Dice(seed: 7)
    return (0..<(1 << 17)).flatMap { _ in
      withUnsafeBytes(of: dice.next()) { Array($0) }
    }
  }()
}
