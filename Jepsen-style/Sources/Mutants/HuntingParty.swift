import Foundation

/// The hunts that are under way, two at a time.
public struct HuntingParty: ~Copyable {
  private struct Pursuit {
    let mutant: Mutant?
    let process: Process
    let output: FileHandle
    var rest: [UInt8] = []
    var tries = 0
    var replay = ""
    var broken: String?
    var isClean = false
    var isHung = false
    var heardAt = ContinuousClock.now
  }

  private let program: String
  private let seeds: Int
  private var waiting: [(number: Int, mutant: Mutant?)]
  private var pursuits: [Pursuit] = []

  private static let atOnce = 2
  // A seed takes a fraction of a second; the rest is a busy machine.
  private static let silence = Duration.seconds(60)

  /// - Parameters:
  ///   - program: of the mutated copy.
  ///   - mutants: with the numbers that choose them; 0 and nil: the product as it is.
  ///   - seeds: how many each mutant has to survive.
  public init(program: String, _ mutants: [(number: Int, mutant: Mutant?)], seeds: Int) {
    self.program = program
    self.seeds = seeds
    waiting = mutants.reversed()
  }

  /// The next hunt that ends; nil when all have.
  public mutating func next() throws(MutantError) -> Hunt? {
    while true {
      while pursuits.count < Self.atOnce, let (number, mutant) = waiting.popLast() {
        pursuits.append(try begin(number, mutant))
      }
      guard !pursuits.isEmpty else { return nil }
      if let place = listen() {
        let ended = pursuits.remove(at: place)
        return end(ended)
      }
    }
  }

  private func begin(_ number: Int, _ mutant: Mutant?) throws(MutantError) -> Pursuit {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [
      String(seeds), "1", mutant?.profile ?? "any", String(mutant?.nodes ?? 0),
    ]
    process.environment = [MutatedPackage.variable: String(number)]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw .unreadable(path: program)
    }
    try? pipe.fileHandleForWriting.close()
    return Pursuit(mutant: mutant, process: process, output: pipe.fileHandleForReading)
  }

  /// Waits for something to be said. Returns the place of a pursuit whose process has ended.
  private mutating func listen() -> Int? {
    var polled = pursuits.map {
      pollfd(fd: $0.output.fileDescriptor, events: Int16(POLLIN), revents: 0)
    }
    poll(&polled, nfds_t(polled.count), 1000)
    for place in pursuits.indices {
      if polled[place].revents != 0, !Self.hear(&pursuits[place]) { return place }
      if pursuits[place].heardAt.duration(to: .now) > Self.silence {
        pursuits[place].isHung = true
        kill(pursuits[place].process.processIdentifier, SIGKILL)
      }
    }
    return nil
  }

  /// False at the end of what a process says.
  private static func hear(_ pursuit: inout Pursuit) -> Bool {
    let data = pursuit.output.availableData
    guard !data.isEmpty else { return false }
    pursuit.heardAt = .now
    pursuit.rest += data
    while let end = pursuit.rest.firstIndex(of: UInt8(ascii: "\n")) {
      let line = String(decoding: pursuit.rest[..<end], as: UTF8.self)
      pursuit.rest.removeFirst(end + 1)
      if line.hasPrefix("tries ") {
        pursuit.tries += 1
        pursuit.replay = String(line.dropFirst(6))
      } else if line.hasPrefix("broken ") {
        pursuit.broken = String(line.dropFirst(7))
      } else if line == "clean" {
        pursuit.isClean = true
      }
    }
    return true
  }

  private func end(_ pursuit: Pursuit) -> Hunt {
    pursuit.process.waitUntilExit()
    try? pursuit.output.close()
    let ending: Hunt.Ending =
      if let broken = pursuit.broken {
        .broken(broken)
      } else if pursuit.isClean {
        .survived
      } else if pursuit.isHung {
        .hung
      } else {
        .trapped(signal: pursuit.process.terminationStatus)
      }
    return Hunt(
      name: pursuit.mutant?.name ?? "", ending: ending, seeds: pursuit.tries,
      replay: pursuit.replay)
  }
}
