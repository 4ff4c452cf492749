/// How a cost stands to its baseline.
struct Verdict {
  let cost: Cost
  let baseline: Cost

  /// In tenths of a percent that a cost may differ, either way. What costs less is good news, but
  /// unrecorded it would be room for the next change to waste.
  static let tolerance = 50

  /// The difference in tenths of a percent, rounded away from zero: at the border the stricter
  /// counts.
  var permille: Int {
    let (difference, base) = (cost.instructions - baseline.instructions, baseline.instructions)
    let size = (abs(difference) * 1000 + base - 1) / base
    return difference < 0 ? -size : size
  }

  var isHeld: Bool { abs(permille) <= Self.tolerance }

  /// One line for people.
  var sentence: String {
    let sign = permille < 0 ? "-" : "+"
    let percent = "\(sign)\(abs(permille) / 10).\(abs(permille) % 10) %"
    let advice =
      isHeld ? "" : permille > 0 ? ": costs more than it did" : ": costs less; renew the baseline"
    return "\(cost.load.padded(to: 6, left: false)) \(cost.instructions) instructions, "
      + "baseline \(baseline.instructions), \(percent)\(advice)"
  }
}
