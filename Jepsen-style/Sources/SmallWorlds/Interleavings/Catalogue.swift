/// Gives every distinct value a small number, in the order in which they are met. What is numbered
/// is compared, hashed and stored as four bytes from then on.
struct Catalogue<Value: Hashable> {
  private var numbers: [Value: UInt32] = [:]
  private(set) var values: [Value] = []

  var count: Int { values.count }

  subscript(number: UInt32) -> Value { values[Int(number)] }

  mutating func number(of value: Value) -> UInt32 {
    if let known = numbers[value] { return known }
    let number = UInt32(values.count)
    numbers[value] = number
    values.append(value)
    return number
  }
}

/// What is known about pairs of small numbers.
struct PairTable<Value> {
  private var values: [UInt64: Value] = [:]

  subscript(a: UInt32, b: UInt32) -> Value? {
    get { values[UInt64(a) << 32 | UInt64(b)] }
    set { values[UInt64(a) << 32 | UInt64(b)] = newValue }
  }
}
