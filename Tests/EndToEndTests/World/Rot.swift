/// Damage at rest, done to the files of a node that does not run.
struct Rot {
  let cluster: Cluster
  let node: Int

  /// Flips a bit of the byte at `offset`.
  func flip(_ path: String, at offset: Int) throws {
    let full = "\(cluster.directory(node))/\(path)"
    let before = Folder.read(full)[offset]
    try Folder.write([before ^ 0x10], to: full, at: offset)
  }

  /// Flips a bit wherever `isHit` says so of a fraction of the file, in steps of 50,000 bytes.
  /// - Returns: how many snapshots there are.
  @discardableResult
  func snapshots(where isHit: (Double) -> Bool) throws -> Int {
    let names = Folder.names(in: cluster.directory(node) + "/snapshots")
      .filter { $0.hasPrefix("snapshot-") }
    for name in names {
      let path = "\(cluster.directory(node))/snapshots/\(name)"
      let bytes = Folder.read(path)
      for offset in stride(from: 1000, to: bytes.count, by: 50_000)
      where isHit(Double(offset) / Double(bytes.count)) {
        try Folder.write([bytes[offset] ^ 0x10], to: path, at: offset)
      }
    }
    return names.count
  }

  /// Damages the bodies of the newest records whose entries `isHit` all names.
  /// - Returns: how many.
  func records(newest count: Int, where isHit: (Int) -> Bool) async throws -> Int {
    let dump = try await cluster.kvctl(["wal", "dump", "-o", "json", cluster.directory(node)])
    guard dump.code == 0 else { throw Unreadable(description: dump.errors) }
    var records: [(place: String, segment: String, offset: Int, isHit: Bool)] = []
    for line in dump.output.split(separator: "\n") {
      let document = Document(line)
      guard document["kind"] == "entry", let segment = document["segment"],
        let offset = document["offset"].flatMap({ Int($0) }),
        let index = document["index"].flatMap({ Int($0) })
      else { continue }
      let place = "\(segment)@\(offset)"
      if records.last?.place == place {
        records[records.count - 1].isHit = records[records.count - 1].isHit && isHit(index)
      } else {
        records.append((place, segment, offset, isHit(index)))
      }
    }
    let hit = records.suffix(count).filter { $0.isHit }
    // Behind the 64 bytes of the record's identity.
    for record in hit { try flip(record.segment, at: record.offset + 70) }
    return hit.count
  }

  struct Unreadable: Error, CustomStringConvertible { let description: String }
}
