internal import PosixStorage
internal import RaftTypes
internal import WriteAheadLog

/// One data directory that can still be read, and what is in it.
struct SurvivingCopy: Equatable {
  let directory: String
  let contents: LogContents

  var node: NodeID { contents.identity.node }
  var last: LogPosition { contents.last }

  /// Slots that are known by their identity alone.
  var faulty: [LogPosition] {
    contents.slots.compactMap { slot in
      if case .faulty(let position) = slot { position } else { nil }
    }
  }

  /// The entry of exactly this position, if its body is sound here.
  func entry(at position: LogPosition) -> Entry? {
    guard case .entry(let entry)? = contents.slot(at: position.index), entry.position == position
    else { return nil }
    return entry
  }

  /// Whether this is the disk that `member` means, and all it acknowledged can be seen here. A
  /// disk that lost its promises has kept its log.
  func speaks(for member: Member) -> Bool {
    let disk = contents.identity
    return disk.node == member.id && !contents.isLogCut
      && (disk.incarnation == member.incarnation || disk.origin == member.incarnation)
  }

  /// Whether it would vote, too.
  func votes(for member: Member) -> Bool {
    speaks(for: member) && contents.identity.incarnation == member.incarnation
      && contents.ballot != nil
  }
}

extension SurvivingCopy {
  /// Reads all of `directory`, changing nothing.
  init(reading directory: String) throws(CommandFailure) {
    self.directory = directory
    do throws(LogFault) {
      contents = try LogContents(PosixFileSystem(root: directory, access: .readOnly))
    } catch {
      if case .file(.notFound) = error {
        throw CommandFailure(
          "\(directory) is no data directory of a node: name DIR/nK, and leave empty ones out")
      }
      throw CommandFailure("\(directory): \(error); leave it out to go on without it")
    }
  }
}
