import Determinism

/// What a power failure leaves of everything that no sync had covered.
enum Survival: Hashable {
  case nothing
  case everything
  /// Names reach the disk before contents, and contents before names.
  case names, contents
  /// Of several changes only the last one, or only the first: the disk reorders.
  case newest, oldest
  /// The sectors of each write, and the changes of names, whose number modulo 4 is a bit of this.
  case sectors(mask: Int)
  /// So many bytes of each sector: the write is torn inside every one.
  case torn(bytes: Int)
  /// The sectors before that one of each write, and so many bytes of it.
  case cut(sector: Int, bytes: Int)
  /// Each change and each sector as dice of this seed fall.
  case drawn(UInt64)

  /// The ones that are told apart by rule, and some drawn ones.
  static let all: [Survival] =
    [.nothing, .everything, .names, .contents, .newest, .oldest]
    + (1...14).map { .sectors(mask: $0) }
    + [1, 20, 40, 63, 64, 65, 100, 512, 1000, 2000, 3000, 4095].map { .torn(bytes: $0) }
    + (0..<4).flatMap { sector in [40, 64, 700].map { .cut(sector: sector, bytes: $0) } }
    + (1...6).map { .drawn($0) }

  func keepsName(_ place: Int, of count: Int, _ dice: inout Dice) -> Bool {
    switch self {
    case .nothing, .contents: false
    case .everything, .names, .torn, .cut: true
    case .newest: place == count - 1
    case .oldest: place == 0
    case .sectors(let mask): mask >> (place % 4) & 1 == 1
    case .drawn: dice.chance(1, in: 2)
    }
  }

  func keepsContent(_ place: Int, of count: Int) -> Bool {
    switch self {
    case .nothing, .names: false
    case .everything, .contents, .sectors, .torn, .cut, .drawn: true
    case .newest: place == count - 1
    case .oldest: place == 0
    }
  }

  /// How many bytes of a write's part in one sector are there.
  /// - Parameter sector: counted from the first one that the write touches.
  func bytes(of count: Int, inSector sector: Int) -> Int {
    switch self {
    case .nothing, .names: 0
    case .everything, .contents, .newest, .oldest, .drawn: count
    case .sectors(let mask): mask >> (sector % 4) & 1 == 1 ? count : 0
    case .torn(let bytes): min(bytes, count)
    case .cut(let last, let bytes):
      sector < last ? count : sector == last ? min(bytes, count) : 0
    }
  }
}
