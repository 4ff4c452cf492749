package import Faults

/// The troubles of all faults that are under way, and what they add up to on each path.
package struct TroubleTable: Sendable {
  private var active: [Int: (paths: [Path], trouble: LinkTrouble)] = [:]
  private var next = 0

  package init() {}

  /// Begins a trouble on all of `paths`; returns what names it.
  package mutating func begin(_ trouble: LinkTrouble, on paths: [Path]) -> Int {
    next += 1
    active[next] = (paths, trouble)
    return next
  }

  /// Ends a trouble; returns the paths that it lay on.
  package mutating func end(_ id: Int) -> [Path] {
    active.removeValue(forKey: id)?.paths ?? []
  }

  /// What is wrong with `path` now.
  package func trouble(on path: Path) -> LinkTrouble {
    active.values.filter { $0.paths.contains(path) }
      .reduce(.none) { $0.and($1.trouble) }
  }
}
