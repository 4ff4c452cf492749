/// The house as docs/ARCHITECTURE.md draws it: the floors as lines of a picture, the modules as
/// rows of a table whose cells name what each imports.
struct Drawing {
  struct Row: Equatable {
    var house: Set<String>
    var outside: Set<String>
  }

  /// Module to floor, from lines such as `3-Parts  WriteAheadLog  KeyValueStore`.
  private(set) var floors: [String: Int] = [:]
  /// Module to what it imports, from rows of `| module | one line | imports | from outside |`.
  private(set) var rows: [String: Row] = [:]

  init(of text: String) {
    for line in text.split(separator: "\n") {
      if line.hasPrefix("| ") { readRow(line) } else { readFloor(line) }
    }
  }

  private mutating func readFloor(_ line: Substring) {
    let words = line.split(separator: " ")
    guard let head = words.first, let floor = head.first?.wholeNumberValue,
      head.dropFirst().hasPrefix("-")
    else { return }
    for word in words.dropFirst() { floors[String(word)] = floor }
  }

  private mutating func readRow(_ line: Substring) {
    let cells = line.split(separator: "|").map { cell in Token.words(of: String(cell)) }
    guard cells.count == 4, cells[0].count == 1, cells[0] != ["module"] else { return }
    rows[cells[0][0]] = Row(house: Set(cells[2]), outside: Set(cells[3]))
  }

  /// What differs between this drawing and the sources, as sentences that say what to draw.
  func differences(from sources: [Room: Set<String>]) -> [String] {
    let modules = Set(sources.keys.map(\.module))
    let floorsBuilt = Dictionary(sources.keys.map { ($0.module, $0.floor) }) { first, _ in first }
    var differences: [String] = []
    for module in modules.union(floors.keys).union(rows.keys).sorted() {
      let built = floorsBuilt[module]
      let drawn = floors[module]
      if built != drawn {
        let place = built.map { "stands on floor \($0)" } ?? "is not built"
        differences.append("\(module) \(place), drawn on \(drawn.map(String.init) ?? "none")")
      }
    }
    for (room, imports) in sources.sorted(by: { $0.key.module < $1.key.module }) {
      let wanted = Row(
        house: imports.intersection(modules), outside: imports.subtracting(modules))
      if rows[room.module] != wanted {
        let house = wanted.house.sorted().joined(separator: ", ")
        let outside = wanted.outside.sorted().joined(separator: ", ")
        differences.append("\(room.module)'s row should end | \(house) | \(outside) |")
      }
    }
    return differences
  }
}
