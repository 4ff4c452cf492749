internal import RaftTypes

/// A node that dialed in under a newer membership than this node has, and is therefore not known
/// here, or known on another disk or at another address. Gone once the own membership is as new.
struct Guest {
  let member: Member
  /// The index of the membership that the guest acts under.
  let configuration: LogIndex
}
