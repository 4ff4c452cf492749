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
    let state: Result<Store, SnapshotFault>
    do throws(LogFault) {
      var reader = try SnapshotReader(files, path: path)
      state = try read(&reader)
    } catch {
      throw .file(error)
    }
    do throws(SnapshotFault) {
      return try state.get()
    } catch {
      throw .content(error)
    }
  }

  /// Reads the state to its last byte: what it is, or why sound bytes are no state. Throws what is
  /// wrong with the file itself.
  package static func read<Files: FileSystem>(
    _ reader: inout SnapshotReader<Files>
  ) throws(LogFault) -> Result<Store, SnapshotFault> {
    var decoder = SnapshotDecoder()
    var fault: SnapshotFault?
    while let chunk = try reader.next() {
      guard fault == nil else { continue }
      do throws(SnapshotFault) { try decoder.consume(chunk[...]) } catch { fault = error }
    }
    if let fault { return .failure(fault) }
    do throws(SnapshotFault) {
      return .success(try decoder.finish(stateHash: reader.descriptor.stateHash))
    } catch {
      return .failure(error)
    }
  }
}
