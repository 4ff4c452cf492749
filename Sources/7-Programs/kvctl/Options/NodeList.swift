/// Node ids on the command line: `1,3`.
enum NodeList {
  /// Nil for nil.
  static func parse(_ text: String?, option: String) throws(CommandFailure) -> [UInt64]? {
    guard let text else { return nil }
    var ids: [UInt64] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let id = UInt64(part), id > 0, !ids.contains(id) else {
        throw CommandFailure("\(option) wants node ids, as in 1,3", status: .usage)
      }
      ids.append(id)
    }
    return ids
  }
}
