/// Who may lean on whom.
enum ImportRules {
  static let all = [strictlyLower, nothingForeignBelow, foundation]

  /// A module imports only from strictly lower floors.
  static let strictlyLower = Rule(name: "import only lower floors") { file in
    guard let room = file.room else { return [] }
    return file.imports.compactMap { module, line in
      guard let floor = Floors.floor(of: module), floor >= room.floor else { return nil }
      return .init(
        line: line, note: "\(room.module) (floor \(room.floor)) imports \(module) (floor \(floor))")
    }
  }

  /// Below floor 5 there is no operating system; the C shims of the ground floor are ours.
  static let nothingForeignBelow = Rule(name: "import only the house below floor 5") { file in
    guard file.isBelowTheLine else { return [] }
    return file.imports
      .filter { Floors.floor(of: $0.module) == nil && !Floors.shims.contains($0.module) }
      .map { .init(line: $0.line, note: "\($0.module) is not of this house") }
  }

  /// Tests of the lower floors do without Foundation too: what they need, the code may need.
  static let foundation = Rule(name: "no Foundation in tests below floor 5") { file in
    let isHouseTest = file.path.hasPrefix("Tests/HouseTests/")
    guard file.isTest, !isHouseTest, file.highestFloorImported < Room.firstFloorWithAWorld
    else { return [] }
    return file.imports.filter { $0.module.hasPrefix("Foundation") }
      .map { .init(line: $0.line, note: "build the value by hand, or move the test up") }
  }
}
