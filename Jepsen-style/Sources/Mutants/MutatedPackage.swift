import Foundation

/// One copy of the product's floors 0 to 4 and of the simulator, with all mutants in it, none of
/// them active. The number in the environment variable `MUTANT` chooses one when a program of the
/// copy starts.
public struct MutatedPackage: Sendable {
  static let switchModule = "MutantSwitch"
  /// The program of the copy that runs seeds.
  static let host = "MutantHost"
  static let variable = "MUTANT"

  private let shelf: MutantShelf
  private let folder: String

  /// - Parameter folder: where the copy goes; what stands there of an earlier copy is reused.
  public init(_ shelf: MutantShelf, in folder: String) {
    self.shelf = shelf
    self.folder = folder
  }

  /// The program that runs seeds, once it is built.
  public var program: String { "\(folder)/.build/release/\(Self.host)" }

  /// Writes the copy and compiles it.
  public func build() throws(MutantError) {
    var files = try copies()
    for (path, text) in try shelf.wovenSources() { files[path] = text }
    let manifest = try MutantShelf.text(of: "\(shelf.root)/Package.swift")
    files["Package.swift"] = manifest + Self.manifestEnd
    files["\(Self.switchModule)/\(Self.switchModule).swift"] = Self.switchSource
    try removeStale(except: files)
    for path in files.keys.sorted() { try write(files[path] ?? "", to: "\(folder)/\(path)") }
    try compile()
  }

  private static let floors = [
    "Sources/0-Ground", "Sources/1-Vocabulary", "Sources/2-Consensus", "Sources/3-Parts",
    "Sources/4-Replica", "Jepsen-style/Sources",
  ]

  private func copies() throws(MutantError) -> [String: String] {
    var files: [String: String] = [:]
    for floor in Self.floors {
      guard let names = FileManager.default.subpaths(atPath: "\(shelf.root)/\(floor)") else {
        throw .unreadable(path: "\(shelf.root)/\(floor)")
      }
      for name in names where Self.sourceEndings.contains(where: name.hasSuffix) {
        files["\(floor)/\(name)"] = try MutantShelf.text(of: "\(shelf.root)/\(floor)/\(name)")
      }
    }
    return files
  }

  private static let sourceEndings = [".swift", ".c", ".h", ".modulemap"]

  private func removeStale(except files: [String: String]) throws(MutantError) {
    for floor in Self.floors {
      for name in FileManager.default.subpaths(atPath: "\(folder)/\(floor)") ?? []
      where Self.sourceEndings.contains(where: name.hasSuffix)
        && files["\(floor)/\(name)"] == nil
      {
        let path = "\(folder)/\(floor)/\(name)"
        guard (try? FileManager.default.removeItem(atPath: path)) != nil else {
          throw .unwritable(path: path)
        }
      }
    }
  }

  // What is there already stays untouched, so that a second build compiles only what changed.
  private func write(_ text: String, to path: String) throws(MutantError) {
    if (try? String(contentsOfFile: path, encoding: .utf8)) == text { return }
    let parent = (path as NSString).deletingLastPathComponent
    do {
      try FileManager.default.createDirectory(
        atPath: parent, withIntermediateDirectories: true)
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw .unwritable(path: path)
    }
  }

  private func compile() throws(MutantError) {
    let log = "\(folder)/build.log"
    try write("", to: log)
    guard let output = FileHandle(forWritingAtPath: log) else { throw .unwritable(path: log) }
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = [
      "swift", "build", "-c", "release", "--product", Self.host, "--package-path", folder,
    ]
    compiler.standardOutput = output
    compiler.standardError = output
    do {
      try compiler.run()
    } catch {
      throw .build(log: "swift cannot be run: \(error)")
    }
    compiler.waitUntilExit()
    guard compiler.terminationStatus == 0 else {
      let lines = (try? MutantShelf.text(of: log))?.split(separator: "\n") ?? []
      let errors = lines.filter { $0.contains("error:") }
      throw .build(
        log: (errors.isEmpty ? lines.suffix(20)[...] : errors[...])
          .joined(separator: "\n"))
    }
  }

  private static let switchSource = """
    import Glibc

    /// The number of the mutant that this process is; 0: none.
    public let activeMutant: Int = getenv("\(variable)").flatMap { Int(String(cString: $0)) } ?? 0

    """

  // Behind the product's own manifest: what the host needs of it, and nothing from outside.
  private static let manifestEnd = """


    func named(_ dependency: Target.Dependency) -> String? {
      switch dependency {
      case .targetItem(let name, _), .byNameItem(let name, _): name
      case _: nil
      }
    }
    var needed: [String] = ["\(host)"]
    var place = 0
    while place < needed.count {
      let target = package.targets.first { $0.name == needed[place] }
      for name in (target?.dependencies ?? []).compactMap(named) where !needed.contains(name) {
        needed.append(name)
      }
      place += 1
    }
    package.targets.removeAll { !needed.contains($0.name) }
    package.dependencies = []
    package.products = [.executable(name: "\(host)", targets: ["\(host)"])]
    for target in package.targets where target.type != .system {
      // A mutant may leave a variable unused; that is no reason not to build it.
      target.swiftSettings = settings.dropLast()
      if target.name != "CChecksum" { target.dependencies.append("\(switchModule)") }
    }
    package.targets.append(
      .target(name: "\(switchModule)", path: "\(switchModule)", swiftSettings: settings))

    """
}
