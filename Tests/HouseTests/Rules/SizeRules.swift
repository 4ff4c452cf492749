/// What fits on a screen can be read.
enum SizeRules {
  static let all = [
    fileLength, lineLength, functionLength,
  ]

  static let mostLinesInFile = 400
  static let mostColumns = 100
  static let mostLinesInFunction = 70

  static let fileLength = Rule(name: "file length") { file in
    guard file.lines.count > mostLinesInFile else { return [] }
    return [
      .init(
        line: mostLinesInFile + 1,
        note: "\(file.lines.count) lines, at most \(mostLinesInFile)")
    ]
  }

  static let lineLength = Rule(name: "line length") { file in
    zip(1..., file.lines).filter { $0.1.count > mostColumns }.map { number, line in
      .init(line: number, note: "\(line.count) columns, at most \(mostColumns)")
    }
  }

  static let functionLength = Rule(name: "function length") { file in
    file.declarations.filter { !$0.isType && $0.keyword != "extension" }
      .filter { $0.lineCount > mostLinesInFunction }.map {
        .init(
          line: $0.firstLine,
          note: "\($0.name) has \($0.lineCount) lines, at most \(mostLinesInFunction)")
      }
  }
}
