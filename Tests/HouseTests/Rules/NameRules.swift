/// One guess finds it: a file is called after what it holds, and holds one thing.
enum NameRules {
  static let all = [fileName, drawers, mainType, limits]

  /// Longer than this, a type deserves a file of its own.
  static let mostLinesOfASecondType = 60

  /// Files whose names SwiftPM prescribes.
  private static let namedByTools = ["main", "Package"]

  /// `Type.swift` declares Type; `Type+Duty.swift` extends it; `Answers.swift` declares PutAnswer
  /// and DeleteAnswer.
  static let fileName = Rule(name: "file name") { file in
    guard file.isSwift, !namedByTools.contains(file.stem), !file.declarations.isEmpty else {
      return []
    }
    let parts = file.stem.split(separator: "+", maxSplits: 1)
    let wanted = String(parts[0])
    let holders = file.declarations.filter { $0.keyword == "extension" || $0.isType }
    guard !holders.contains(where: { $0.answers(to: wanted) }) else { return [] }
    let kind = wanted.dropLast()
    if wanted.hasSuffix("s"), holders.filter({ $0.name.hasSuffix(kind) }).count > 1 { return [] }
    return [.init(line: 1, note: "declares or extends no \(wanted)")]
  }

  /// A file that holds "what else there is" holds anything.
  static let drawers = Rule(name: "no drawers") { file in
    let drawers = ["Util", "Helper", "Common", "Extension", "Misc"]
    return drawers.filter { file.path.contains($0) }
      .map { .init(line: 1, note: "\($0): name the file after its duty") }
  }

  static let mainType = Rule(name: "one main type a file") { file in
    let types = file.declarations.filter {
      $0.isTopLevel && Declaration.typeKeywords.contains($0.keyword)
    }
    return types.filter { !$0.answers(to: file.stem) && types.count > 1 }
      .filter { $0.lineCount > mostLinesOfASecondType }
      .map {
        .init(
          line: $0.firstLine,
          note: "\($0.name) has \($0.lineCount) lines: it deserves \($0.name).swift")
      }
  }

  /// The bounds of a module stand side by side, each with its derivation.
  static let limits = Rule(name: "limits in Limits.swift") { file in
    guard file.room != nil, file.stem != "Limits" else { return [] }
    return file.declarations.filter { declaration in
      declaration.modifiers.contains("static") && declaration.keyword == "let"
        && ["max", "most", "limit"].contains { declaration.name.lowercased().hasPrefix($0) }
    }.map { .init(line: $0.firstLine, note: "\($0.name) belongs to this module's Limits.swift") }
  }
}

extension Declaration {
  /// `A.B` answers to `B` and to `A`; so does `B` inside `A`.
  fileprivate func answers(to name: String) -> Bool {
    name.split(separator: "+").first.map { name in
      self.name.split(separator: ".").contains(name)
    } ?? false
  }
}
