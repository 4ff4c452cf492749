/// One part of Quoin, measured alone.
protocol Part {
  /// What the command line calls it.
  static var name: String { get }
  /// Measures and reports.
  static func run() throws
}
