/// Bounds that both ends of a connection must know.
enum Limits {
  /// Entries that one `RepairRequest` asks for: the answer to so many small ones fills a frame, and
  /// what remains waits for the next question.
  static let repairs = 4096
  /// Members of a cluster: each one makes every message to all longer; the paper's have five or
  /// seven.
  static let members = 64
}
