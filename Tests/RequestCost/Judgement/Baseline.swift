/// What the requests cost when somebody last looked; a text file beside the sources.
struct Baseline: Equatable {
  /// Which compiler, for which processor. Another one makes other instructions of the same source.
  let compiler: String
  let costs: [Cost]

  init(compiler: String, costs: [Cost]) {
    self.compiler = compiler
    self.costs = costs
  }

  /// Reads what `text` writes; nil when it is anything else.
  init?(_ text: String) {
    var compiler: String?
    var costs: [Cost] = []
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      if line.hasPrefix("compiler: ") {
        compiler = String(line.dropFirst("compiler: ".count))
        continue
      }
      let words = line.split(separator: " ")
      let numbers = words.dropFirst().compactMap { Int($0) }
      guard let load = words.first, words.count == 5, numbers.count == 4 else { return nil }
      costs.append(
        Cost(
          load: String(load), instructions: numbers[0], retains: numbers[1], releases: numbers[2],
          allocations: numbers[3]))
    }
    guard let compiler, !costs.isEmpty else { return nil }
    self.init(compiler: compiler, costs: costs)
  }

  /// The file.
  var text: String {
    let head = """
      # What one request costs on all three nodes together, counted by callgrind: see
      # docs/decisions/0031-instructions.md. Instructions are held to within 5 %; the calls of the
      # runtime and of the allocator are recorded only. After a change that means it:
      # scripts/instructions --renew
      compiler: \(compiler)
      #load instructions   retains  releases allocations

      """
    return costs.reduce(into: head) { text, cost in
      let fields = [cost.instructions, cost.retains, cost.releases, cost.allocations]
      text += cost.load.padded(to: 6, left: false)
      for (field, width) in zip(fields, [12, 10, 10, 12]) { text += "\(field)".padded(to: width) }
      text += "\n"
    }
  }
}

extension String {
  /// With blanks to this width, at the left unless told otherwise.
  func padded(to width: Int, left: Bool = true) -> String {
    let blanks = String(repeating: " ", count: max(0, width - count))
    return left ? blanks + self : self + blanks
  }
}
