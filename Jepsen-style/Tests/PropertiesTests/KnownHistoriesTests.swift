import Glibc
import Histories
import Testing

@testable import Properties

@Suite("Recorded histories with known verdicts")
struct KnownHistoriesTests {
  /// Beside the repository: the verdicts are given, not ours to make.
  static let folder = "../shared/histories"

  static let verdicts: [(file: String, isLinearizable: Bool)] = {
    guard let table = bytes(of: "verdicts.csv") else { return [] }
    return String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",") }
      .map { (String($0[0]), $0[1] == "true") }
  }()

  @Test(
    "the checker gives every known verdict",
    .enabled(if: !verdicts.isEmpty, "no recorded histories in \(folder) beside the repository"))
  func everyVerdict() throws {
    for (file, isLinearizable) in Self.verdicts {
      let recorded = try #require(Self.bytes(of: file), "\(file) is listed but cannot be read")
      let verdict = check(recorded)
      #expect(verdict.exitCode == (isLinearizable ? 0 : 1), "\(file): \(verdict)")
    }
  }

  @Test(
    "the verdict does not depend on the format",
    .enabled(if: !verdicts.isEmpty, "no recorded histories in \(folder) beside the repository"),
    arguments: [HistoryFormat.ndjson, .edn])
  func anyFormat(format: HistoryFormat) throws {
    for (file, isLinearizable) in Self.verdicts {
      let recorded = try #require(Self.bytes(of: file), "\(file) is listed but cannot be read")
      var translated: [UInt8] = []
      let writer = HistoryWriter(format: format)
      var reader = HistoryReader()
      let write = { (event: HistoryEvent, _: Int) throws(HistoryError) in
        try writer.append(event, to: &translated)
      }
      try reader.read(recorded, write)
      try reader.finish(write)
      #expect(check(translated).exitCode == (isLinearizable ? 0 : 1), "\(file)")
    }
  }

  private static func bytes(of file: String) -> [UInt8]? {
    // The source may be reached through a link; what lies beside the repository is found from its
    // real place.
    guard let real = realpath(#filePath, nil) else { return nil }
    defer { free(real) }
    let root = String(cString: real).split(separator: "/").dropLast(4).joined(separator: "/")
    guard let stream = fopen("/\(root)/\(folder)/\(file)", "rb") else { return nil }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&piece, 1, piece.count, stream)
      guard count > 0 else { return bytes }
      bytes += piece[..<count]
    }
  }
}
