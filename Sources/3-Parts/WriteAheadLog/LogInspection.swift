internal import BinaryCodec
internal import RaftTypes

/// Looks at a data directory and changes nothing: for `kvctl wal dump` and `kvctl wal verify`.
///
/// Goes on after damage where it can. Beside a running node it may take the write in flight for a
/// torn tail.
public struct LogInspection<Files: FileSystem> {
  private let files: Files

  public init(_ files: Files) { self.files = files }

  /// Hands every finding to `visit`. Throws only what leaves nothing to look at: no identity, or a
  /// fault of the file system. An unformatted directory is a `.file(.notFound)` of the identity.
  public func run(_ visit: (LogFinding) -> Void) throws(LogFault) {
    var notes: [RecoveryNote] = []
    guard let identity = try IdentityFile.read(files, repairing: false, &notes) else {
      throw .file(.notFound(path: OnDiskFormat.identityFile))
    }
    visit(.identity(identity))
    report(visit) { () throws(LogFault) in
      let (ballot, lost) = try BallotFile.inspect(files, identity)
      visit(.ballot(ballot, lostCopies: lost))
    }
    for position in try names(OnDiskFormat.snapshotDirectory)
      .compactMap(SnapshotFormat.position).sorted(by: { $0.index < $1.index })
    {
      report(visit) { () throws(LogFault) in try snapshot(position, visit) }
    }
    try segments(identity, visit)
  }

  private func names(_ directory: String) throws(LogFault) -> [String] {
    do { return try files.list(directory) } catch { throw LogFault(error) }
  }

  private func snapshot(
    _ position: LogPosition, _ visit: (LogFinding) -> Void
  ) throws(LogFault) {
    let reader = try SnapshotReader(files, path: SnapshotFormat.path(position))
    let lost = try reader.lostCopy()
    visit(
      .snapshot(
        SnapshotFile(descriptor: reader.descriptor, path: reader.path, size: reader.size)))
    if let lost {
      visit(
        .damage(
          Damage(
            path: reader.path, offset: lost,
            finding: "one of the header's two copies is damaged",
            remedy: "the next start writes it anew")))
    }
  }

  private func segments(
    _ identity: DiskIdentity, _ visit: (LogFinding) -> Void
  ) throws(LogFault) {
    let sequences = try names(OnDiskFormat.logDirectory)
      .compactMap(OnDiskFormat.segmentSequence).sorted()
    for sequence in sequences {
      report(visit) { () throws(LogFault) in
        let header = try SegmentReader.header(files, sequence, identity)
        let reader = try SegmentReader(files, header)
        visit(
          .segment(
            SegmentDescription(
              path: reader.path, sequence: sequence, size: header.size, base: header.base,
              isReset: header.isReset)))
        try records(reader, isLast: sequence == sequences.last, visit)
      }
    }
  }

  private func records(
    _ reader: SegmentReader, isLast: Bool, _ visit: (LogFinding) -> Void
  ) throws(LogFault) {
    var scanner = reader.scanner()
    while let found = try scanner.next() {
      let description = RecordDescription(found, path: reader.path)
      guard let body = found.body else {
        visit(.faulty(description))
        continue
      }
      do {
        let entries = try RecordBody.unpack(body, as: found.identity)
        visit(.record(description, entries: entries))
      } catch {
        throw .damaged(
          Damage(path: reader.path, offset: description.offset, finding: "\(error)"))
      }
    }
    if let proof = try scanner.evidenceOfDurability() {
      throw .damaged(
        Damage(
          path: reader.path, offset: scanner.position,
          finding: "no record can be read here, but byte \(proof) proves that one was durable"))
    }
    if isLast, try scanner.hasTraces() {
      visit(.tornTail(path: reader.path, offset: scanner.position))
    }
  }

  private func report(
    _ visit: (LogFinding) -> Void, _ body: () throws(LogFault) -> Void
  ) {
    do {
      try body()
    } catch {
      switch error {
      case .damaged(let damage): visit(.damage(damage))
      case .poisoned, .diskFull, .unsupportedVersion, .foreign, .alreadyFormatted, .file:
        visit(.damage(Damage(path: "", offset: 0, finding: "\(error)")))
      }
    }
  }
}
