import Configuration
import Foundation
import SystemPackage
import Yams

/// Where configuration comes from: flags over environment over file.
enum Sources {
  /// A configuration is a page of text; anything larger is the wrong file.
  private static let fileLimit = 1 << 20

  static func reader(
    _ arguments: [String], _ environment: [String: String], file: String?
  ) async throws(ConfigurationFault) -> ConfigReader {
    var providers: [any ConfigProvider] = [
      CommandLineArgumentsProvider(arguments: arguments),
      EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "quoin"),
    ]
    if let file {
      try refuseUnknownKeys(file)
      do {
        providers.append(try await FileProvider<YAMLSnapshot>(filePath: FilePath(file)))
      } catch {
        throw .unreadable(file: file, reason: "\(error)")
      }
    }
    return ConfigReader(providers: providers)
  }

  // The library reads what it is asked for and does not notice what nobody asks for.
  private static func refuseUnknownKeys(_ file: String) throws(ConfigurationFault) {
    guard let bytes = FileManager.default.contents(atPath: file) else {
      throw .unreadable(file: file, reason: "it does not exist, or may not be read")
    }
    guard bytes.count <= fileLimit else {
      throw .unreadable(file: file, reason: "it is longer than \(fileLimit) bytes")
    }
    let document: Any?
    do {
      document = try Yams.load(yaml: String(decoding: bytes, as: UTF8.self))
    } catch {
      throw .unreadable(file: file, reason: "\(error)")
    }
    guard let document else { return }
    guard let tree = document as? [String: Any] else {
      throw .unreadable(file: file, reason: "it holds no keys; see docs/CONFIGURATION.md")
    }
    let known = ConfigurationKey.allCases.map(\.rawValue)
    for path in paths(tree, "").sorted() where !known.contains(path) {
      throw .unknownKey(path, file: file)
    }
  }

  private static func paths(_ tree: [String: Any], _ prefix: String) -> [String] {
    tree.flatMap { key, value in
      (value as? [String: Any]).map { paths($0, prefix + key + ".") } ?? [prefix + key]
    }
  }
}
