/// Aligned columns for people.
struct Table {
  enum Alignment { case left, right }

  private let alignments: [Alignment]
  private var rows: [[String]]

  /// - Precondition: as many alignments as headings, and as many cells in each row.
  init(_ columns: [(heading: String, alignment: Alignment)]) {
    alignments = columns.map(\.alignment)
    rows = [columns.map(\.heading)]
  }

  mutating func add(_ cells: [String]) {
    precondition(
      cells.count == alignments.count, "Table: \(cells.count) cells, \(alignments.count) columns")
    rows.append(cells)
  }

  /// The heading and the rows, without line ends. Widths count scalars: keys are printed escaped,
  /// so nearly all of them are one column wide.
  var lines: [String] {
    let widths = alignments.indices.map { column in
      rows.map { $0[column].unicodeScalars.count }.max() ?? 0
    }
    return rows.enumerated().map { number, row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let gap = String(repeating: " ", count: widths[column] - cell.unicodeScalars.count)
        if column > 0 { line += "  " }
        line += alignments[column] == .left ? cell + gap : gap + cell
      }
      while line.last == " " { line.removeLast() }
      return number == 0 ? Terminal.styled(line, .bold) : line
    }
  }
}
