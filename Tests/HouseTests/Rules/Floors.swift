/// Which module stands where, as the folders say.
enum Floors {
  /// C modules of the ground floor, each wrapped by one module and seen by no other.
  static let shims: Set<String> = ["CLZ4", "CChecksum", "CPrefetch", "CProcess", "CHeap"]

  private static let floors: [String: Int] = {
    let rooms = SourceTree.house.files.compactMap(\.room).filter { !shims.contains($0.module) }
    return Dictionary(rooms.map { ($0.module, $0.floor) }) { first, _ in first }
  }()

  /// Nil for a module from outside.
  static func floor(of module: String) -> Int? { floors[module] }
}

extension SourceFile {
  /// The highest floor a test reaches; -1 when it reaches none.
  var highestFloorImported: Int {
    imports.compactMap { Floors.floor(of: $0.module) }.max() ?? -1
  }
}
