import ArgumentParser
import Faults
import Foundation
import SimulatedWorld

/// The file of seeds that once found a bug: `seed nodes profile # why`, a line each.
enum RegressionSeeds {
  static func read(_ path: String) throws -> [Simulation] {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw ValidationError("\(path) cannot be read")
    }
    return try String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .compactMap { try simulation(String($0)) }
  }

  private static func simulation(_ line: String) throws -> Simulation? {
    let fields = line.prefix { $0 != "#" }.split(separator: " ")
    guard !fields.isEmpty else { return nil }
    guard fields.count == 3, let seed = UInt64(fields[0]), let nodes = Int(fields[1]),
      (1...7).contains(nodes), let profile = Profile(rawValue: String(fields[2]))
    else { throw ValidationError("not \"seed nodes profile\": \(line)") }
    return Simulation(seed: seed, nodes: nodes, profile: profile)
  }
}
