/// Why the log refused. Corruption, environment and a full disk are told apart, because the caller
/// does something else for each.
public enum LogFault: Error, Equatable, Sendable {
  /// A write or a sync failed, now or earlier. What is on disk is unknown: acknowledge nothing
  /// more, stop the node; the next start reads what there is (pitfall 48).
  case poisoned(FileFault)
  /// No room for what was to be written; nothing of it is in the log. Refuse the write, go on
  /// serving, and try again: the log accepts writes by itself once space has returned (pitfall 51).
  case diskFull(path: String)
  /// Bytes that were acknowledged once cannot be read and cannot be kept as faulty slots. Do not
  /// start; show the operator file, offset and remedy.
  case damaged(Damage)
  /// Written by a version of the format that this one does not know. Run the version that wrote it.
  case unsupportedVersion(path: String, found: Int, supported: Int)
  /// The file belongs to another cluster, node or disk. Do not start: somebody mixed up
  /// directories.
  case foreign(path: String, found: String, expected: String)
  /// The directory holds data already: it is never formatted twice.
  case alreadyFormatted(found: [String])
  /// The environment refused something that left the log as it was. Report it; repeating is safe.
  case file(FileFault)

  /// A fault of the environment that left the log as it was.
  init(_ fault: FileFault) {
    switch fault {
    case .noSpace(let path): self = .diskFull(path: path)
    case .notFound, .exists, .io: self = .file(fault)
    }
  }
}

extension LogFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .poisoned(let fault):
      "the log failed (\(fault)) and takes nothing more; restart the node"
    case .diskFull(let path):
      "the disk is full (\(path)): writes are refused until space returns"
    case .damaged(let damage): "\(damage)"
    case .unsupportedVersion(let path, let found, let supported):
      "\(path) has format version \(found), this program knows \(supported): "
        + "run the version that wrote it"
    case .foreign(let path, let found, let expected):
      "\(path) belongs to \(found), not to \(expected)"
    case .alreadyFormatted(let found):
      "the data directory is not empty: it holds \(found.joined(separator: ", "))"
    case .file(let fault): "\(fault)"
    }
  }
}

/// Where damage was found, and what an operator can do about it.
public struct Damage: Hashable, Sendable, CustomStringConvertible {
  /// Relative to the data directory.
  public let path: String
  /// Bytes from the file's beginning.
  public let offset: Int
  /// What is wrong there.
  public let finding: String
  /// What brings the node back.
  public let remedy: String

  public init(path: String, offset: Int, finding: String, remedy: String = Damage.rejoin) {
    self.path = path
    self.offset = offset
    self.finding = finding
    self.remedy = remedy
  }

  /// The remedy that always works while a majority is healthy.
  public static let rejoin =
    "restore this file from a copy, or empty the data directory and add the node as a new member"

  public var description: String { "\(path) at byte \(offset): \(finding); \(remedy)" }
}
