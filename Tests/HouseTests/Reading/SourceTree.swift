import Foundation

/// The files of the repository that the rules look at.
struct SourceTree {
  let root: String
  let files: [SourceFile]

  /// The repository that this file belongs to.
  static let house = SourceTree(
    root: #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
      .joined(separator: "/"))

  private init(root: String) {
    self.root = root
    files = ["Sources", "Tests", "Jepsen-style"].flatMap { top -> [SourceFile] in
      let below = (try? FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(top)")) ?? []
      return below.sorted().compactMap { Self.read("\(top)/\($0)", in: root) }
    }
  }

  /// The text of a file outside the source folders; empty when there is none.
  func text(of path: String) -> String {
    (try? String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)) ?? ""
  }

  private static func read(_ path: String, in root: String) -> SourceFile? {
    let isHidden = path.split(separator: "/").contains { $0.hasPrefix(".") }
    guard !isHidden, [".swift", ".c", ".h"].contains(where: path.hasSuffix),
      let text = try? String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
    else { return nil }
    return SourceFile(path: path, text: text)
  }

  /// Every Swift module under Sources and the modules its files import.
  var importsOfModules: [Room: Set<String>] {
    var imports: [Room: Set<String>] = [:]
    for file in files {
      guard let room = file.room, !Floors.shims.contains(room.module) else { continue }
      imports[room, default: []].formUnion(file.imports.map(\.module))
    }
    return imports
  }
}
