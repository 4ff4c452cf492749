extension ListAppendTests {
  /// A history for each anomaly, in the notation of `History.sequence`.
  static let fixtures = orders + reads

  /// Appends that no order explains, or that were seen too early.
  private static let orders: [(name: String, story: String)] = [
    (
      "internal",
      "0 :txn [[:append x 1] [:r x nil]] → [[:append x 1] [:r x []]]"
    ),
    ("phantom", "0 :txn [[:r x nil]] → [[:r x [7]]]"),
    (
      "duplicate",
      """
      0 :txn [[:append x 1]] → [[:append x 1]]
      0 :txn [[:r x nil]] → [[:r x [1 1]]]
      """
    ),
    (
      "incompatible-order",
      """
      0 :txn [[:append x 1]] → [[:append x 1]]
      0 :txn [[:append x 2]] → [[:append x 2]]
      0 :txn [[:r x nil]] → [[:r x [1 2]]]
      0 :txn [[:r x nil]] → [[:r x [2]]]
      """
    ),
    (
      "G1a",
      """
      0 :txn [[:append x 1]] → fail
      0 :txn [[:r x nil]] → [[:r x [1]]]
      """
    ),
    (
      "G1b",
      """
      0 :txn [[:append x 1] [:append x 2]] → [[:append x 1] [:append x 2]]
      0 :txn [[:r x nil]] → [[:r x [1]]]
      0 :txn [[:r x nil]] → [[:r x [1 2]]]
      """
    ),
    (
      "G0",
      """
      0 :txn [[:append x 1] [:append y 1]] → ?
      1 :txn [[:append x 2] [:append y 2]] → ?
      2 :txn [[:r x nil] [:r y nil]] → [[:r x [1 2]] [:r y [2 1]]]
      """
    ),
    (
      "G0-realtime",
      """
      0 :txn [[:append x 1]] → [[:append x 1]]
      1 :txn [[:append x 2]] → [[:append x 2]]
      2 :txn [[:r x nil]] → [[:r x [2 1]]]
      """
    ),
    (
      "G1c",
      """
      0 :txn [[:append x 1] [:r y nil]] → [[:append x 1] [:r y [2]]]
      1 :txn [[:append y 2] [:r x nil]] → [[:append y 2] [:r x [1]]]
      """
    ),
    (
      "G1c-realtime",
      """
      0 :txn [[:r x nil]] → [[:r x [1]]]
      1 :txn [[:append x 1]] → [[:append x 1]]
      """
    ),
  ]

  /// Reads of a state that lacks what must come before.
  private static let reads: [(name: String, story: String)] = [
    (
      "G-single",
      """
      0 :txn [[:append x 1] [:append y 1]] → [[:append x 1] [:append y 1]]
      1 :txn [[:r x nil] [:r y nil]] → [[:r x [1]] [:r y nil]]
      2 :txn [[:r y nil]] → [[:r y [1]]]
      """
    ),
    (
      "G-single-process",
      """
      0 :txn [[:append x 1]] → [[:append x 1]]
      0 :txn [[:r x nil]] → [[:r x nil]]
      1 :txn [[:r x nil]] → [[:r x [1]]]
      """
    ),
    (
      "G-single-realtime",
      """
      0 :txn [[:append x 1]] → [[:append x 1]]
      1 :txn [[:r x nil]] → [[:r x nil]]
      2 :txn [[:r x nil]] → [[:r x [1]]]
      """
    ),
    (
      "G2-item",
      """
      0 :txn [[:r x nil] [:append y 1]] → [[:r x nil] [:append y 1]]
      1 :txn [[:r y nil] [:append x 1]] → [[:r y nil] [:append x 1]]
      2 :txn [[:r x nil] [:r y nil]] → [[:r x [1]] [:r y [1]]]
      """
    ),
    (
      // An acknowledged append that no later read shows.
      "G-single-realtime",
      """
      0 :txn [[:append x 1]] → [[:append x 1]]
      1 :txn [[:r x nil]] → [[:r x nil]]
      """
    ),
    (
      // Two appends, each by one who did not see the other: a lost update that no read shows.
      "G2-item",
      """
      0 :txn [[:r x nil] [:append x 1]] → [[:r x nil] [:append x 1]]
      1 :txn [[:r x nil] [:append x 2]] → [[:r x nil] [:append x 2]]
      """
    ),
  ]
}
