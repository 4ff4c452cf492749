import RaftTypes
import WriteAheadLog

extension RecoveryNote {
  /// What the operator should know of it.
  var sentence: String {
    switch self {
    case .tornTailCut(let path, let offset):
      "\(path): cut off a write that a crash interrupted at byte \(offset); nobody was promised it"
    case .faultyRecord(let path, let offset, let first, let last):
      "\(path): the record at byte \(offset) is damaged; "
        + "entries \(first) to \(last) wait for the leader's copy"
    case .identityRestored(let path, let offset):
      "\(path): one of two identities of the record at byte \(offset) was damaged; "
        + "the other was used"
    case .copyRewritten(let path, let copy):
      "\(path): copy \(copy) was damaged and is written anew"
    case .incarnationRenewed(let old, let new):
      "the ballot was lost: disk \(old) may have given votes that nobody remembers. It goes on as "
        + "disk \(new) with the same log, and votes again once the leader has taken it in"
    case .snapshotDamaged(let path, let offset, let finding):
      "\(path): damaged at byte \(offset): \(finding)"
    case .fellBack(let position):
      "the newest snapshot is damaged; "
        + "starts from the one at index \(position.index.number) and the log"
    case .copyLost(let path, let copy):
      "\(path): copy \(copy) of its header is damaged and could not be written anew; the other "
        + "one serves, and the next start tries again: look at the disk"
    case .stateLost(let position):
      "the snapshot at index \(position.index.number) is damaged and nothing here replaces it: the "
        + "state is repaired from other nodes; until then the node votes and keeps the log"
    case .logReplaced(let position):
      "the log ended below the snapshot at index \(position.index.number), which replaces it"
    case .unfinishedRemoved(let path):
      "\(path): removed; the node had ended before it was finished, or gone"
    case .reserveMissing:
      "no room for the reserve file: writes will be refused once the current segment is full"
    case .unreadableSector(let path, let offset):
      "\(path): the sector at byte \(offset) cannot be read and counts as damaged"
    }
  }
}
