package import KeyValueStore
internal import RaftTypes
package import WriteAheadLog

/// Turns a snapshot file back into state, checking everything on the way.
package enum SnapshotLoading {
  /// Why a file is no usable snapshot. It is not trusted in part.
  package enum Fault: Error, Sendable {
    case file(LogFault)
    case content(SnapshotFault)
  }

  /// The store that the file at `path` holds. Nothing is kept of a file that throws.
  package static func load<Files: FileSystem>(
    _ path: String, on files: Files
  ) throws(Fault) -> Store {
    var decoder = SnapshotDecoder()
    var hash: UInt64 = 0
    do throws(LogFault) {
      var reader = try SnapshotReader(files, path: path)
      hash = reader.descriptor.stateHash
      while let chunk = try reader.next() {
        do throws(SnapshotFault) {
          try decoder.consume(chunk[...])
        } catch {
          throw LogFault.damaged(
            Damage(path: path, offset: 0, finding: "is no snapshot of a store: \(error)"))
        }
      }
    } catch {
      throw .file(error)
    }
    do throws(SnapshotFault) {
      return try decoder.finish(stateHash: hash)
    } catch {
      throw .content(error)
    }
  }
}
