import Foundation

/// The files of the repository that a Markdown document speaks of.
enum DocumentReader {
  private static let tops = ["Sources", "Tests", "Jepsen-style", "docs", "scripts", ".ci"]

  /// Targets of relative links, then paths in backquotes; relative to the repository.
  static func names(in text: String, at document: String) -> [String] {
    let folder = document.split(separator: "/").dropLast().joined(separator: "/")
    let links = text.split(separator: "](").dropFirst()
      .map { String($0.prefix { $0 != ")" && $0 != "#" }) }
      .filter { !$0.isEmpty && !$0.contains("://") }
      .map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
    let quotes = text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }
      .compactMap { $0.element.split(separator: " ").first.map(String.init) }
    return links + quotes.compactMap(path)
  }

  /// Nil for a quotation that is no path of ours.
  private static func path(_ quotation: String) -> String? {
    let parts = quotation.split(separator: "/")
    guard parts.count > 1, let top = parts.first, !quotation.hasPrefix("/") else { return nil }
    if tops.contains(String(top)) { return quotation }
    let isFloor = top.first?.isNumber == true && top.dropFirst().hasPrefix("-")
    return isFloor ? "Sources/\(quotation)" : nil
  }
}

extension SourceTree {
  /// Whether the repository holds this file or folder.
  func has(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(root)/\(path)") }
}
