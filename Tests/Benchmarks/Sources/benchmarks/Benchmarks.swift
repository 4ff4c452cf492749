import Glibc

/// Measures Quoin's parts: those that are named, or all. Figures are of this machine; compare them
/// within one run.
@main
struct Benchmarks {
  static var parts: [any Part.Type] {
    [
      CoreBenchmark.self, LogBenchmark.self, CompressionBenchmark.self, FrameBenchmark.self,
      JSONBenchmark.self, StoreBenchmark.self,
    ]
  }

  static func main() throws {
    let wanted = Set(CommandLine.arguments.dropFirst())
    let unknown = wanted.subtracting(parts.map { $0.name } + ["all"])
    guard unknown.isEmpty else {
      print("usage: benchmarks [all] \(parts.map { "[\($0.name)]" }.joined(separator: " "))")
      exit(2)
    }
    let isAll = wanted.isEmpty || wanted.contains("all")
    for part in parts where isAll || wanted.contains(part.name) {
      Report.title(part.name)
      try part.run()
    }
  }
}
