import BinaryCodec
import Determinism
import WriteAheadLog

/// A disk in memory that forgets like a real one: until a sync, any subset of the sectors written
/// and of the names changed may survive a crash, and a sector may be torn at any byte.
final class CrashableDisk: FileSystem {
  /// Something whose name a directory holds.
  enum Node {
    case directory
    case file(Inode)
  }
  /// One change of a directory that is not durable yet.
  struct NameChange {
    let directory: String
    let removed: String?
    let added: (name: String, node: Node)?
    /// A sync that failed was to keep it: no later one does, whatever it says.
    var isGivenUp = false
  }

  private(set) var names: [String: Node] = [:]
  private var durableNames: [String: Node] = [:]
  private var unsyncedNames: [NameChange] = []

  /// Calls that change the disk, so far.
  private(set) var steps = 0
  /// The power fails in this step: what it was about to do may survive in part.
  var crashStep: Int?
  /// These steps fail and the machine goes on.
  var faults: [Int: FileFault] = [:]
  private(set) var isDown = false
  /// Bytes of all files together.
  var capacity = Int.max
  /// Bytes that were asked for, so far.
  var bytesRead = 0
  /// Sectors that the medium has lost, by path.
  var unreadable: [String: Set<Int>] = [:]
  /// Files that take nothing more.
  var unwritable: Set<String> = []
  /// What each step was, for messages and for tests of the order.
  private(set) var trace: [String] = []

  init() {}

  private init(names: [String: Node]) {
    self.names = names
    durableNames = names
  }

  /// Counts a step; true when the power fails in it.
  func step(_ what: String) throws(FileFault) -> Bool {
    try refuseIfDown(what)
    steps += 1
    trace.append(what)
    if let fault = faults[steps] { throw fault }
    isDown = steps == crashStep
    return isDown
  }

  func refuseIfDown(_ what: String) throws(FileFault) {
    if isDown { throw .io(path: what, operation: "power", code: 0) }
  }

  func finish(_ crashes: Bool) throws(FileFault) {
    if crashes { throw .io(path: "", operation: "power", code: 0) }
  }

  // MARK: FileSystem

  func create(_ path: String) throws(FileFault) -> CrashableFile {
    let crashes = try step("create \(path)")
    guard names[path] == nil else { throw .exists(path: path) }
    let inode = Inode()
    change(NameChange(directory: parent(path), removed: nil, added: (path, .file(inode))))
    try finish(crashes)
    return CrashableFile(self, inode, path)
  }

  func open(_ path: String) throws(FileFault) -> CrashableFile {
    try refuseIfDown("open \(path)")
    guard case .file(let inode) = names[path] else { throw .notFound(path: path) }
    return CrashableFile(self, inode, path)
  }

  func createDirectory(_ path: String) throws(FileFault) {
    let crashes = try step("mkdir \(path)")
    if names[path] == nil {
      change(NameChange(directory: parent(path), removed: nil, added: (path, .directory)))
    }
    try finish(crashes)
  }

  func list(_ path: String) throws(FileFault) -> [String] {
    try refuseIfDown("list \(path)")
    let found = names.keys.filter { parent($0) == path }
    return found.map { String($0.dropFirst(path.isEmpty ? 0 : path.utf8.count + 1)) }
  }

  func rename(_ path: String, to target: String) throws(FileFault) {
    let crashes = try step("rename \(path) to \(target)")
    guard let node = names[path] else { throw .notFound(path: path) }
    change(NameChange(directory: parent(path), removed: path, added: (target, node)))
    try finish(crashes)
  }

  func remove(_ path: String) throws(FileFault) {
    let crashes = try step("remove \(path)")
    guard names[path] != nil else { throw .notFound(path: path) }
    change(NameChange(directory: parent(path), removed: path, added: nil))
    try finish(crashes)
  }

  func syncDirectory(_ path: String) throws(FileFault) {
    do {
      try finish(try step("sync directory \(path)"))
    } catch {
      for place in unsyncedNames.indices where !isDown && unsyncedNames[place].directory == path {
        unsyncedNames[place].isGivenUp = true
      }
      throw error
    }
    let kept = unsyncedNames.filter { $0.directory == path && !$0.isGivenUp }
    for change in kept { Self.apply(change, to: &durableNames) }
    unsyncedNames.removeAll { $0.directory == path && !$0.isGivenUp }
  }

  /// In one step of two, so that a loss of power finds the file cut.
  func giveBackBlocks(of path: String) throws(FileFault) {
    guard case .file(let inode)? = names[path], inode.openings == 0 else { return }
    let file = try open(path)
    try file.truncate(to: inode.content.count / 2)
    try file.sync()
  }

  func freeSpace() throws(FileFault) -> Int {
    try refuseIfDown("free space")
    return max(0, capacity - used)
  }

  var used: Int {
    names.values.reduce(0) { sum, node in
      guard case .file(let inode) = node else { return sum }
      return sum + inode.content.count
    }
  }

  // MARK: Crashes and damage

  /// The disk as it may be found after the power failed, in one of the ways that `dice` choose.
  func afterCrash(_ dice: inout Dice) -> CrashableDisk { afterCrash(.drawn(0), &dice) }

  /// The disk as it is found when `survival` says what of the unsynced is there.
  func afterCrash(_ survival: Survival) -> CrashableDisk {
    var dice = Dice(seed: 0)
    if case .drawn(let seed) = survival { dice = Dice(seed: seed) }
    return afterCrash(survival, &dice)
  }

  private func afterCrash(_ survival: Survival, _ dice: inout Dice) -> CrashableDisk {
    var kept = durableNames
    for (place, change) in unsyncedNames.enumerated()
    where survival.keepsName(place, of: unsyncedNames.count, &dice) {
      Self.apply(change, to: &kept)
    }
    let missing = kept.keys.filter { !parent($0).isEmpty && kept[parent($0)] == nil }
    for path in missing { kept[path] = nil }
    // In the order of names, so that one seed makes one disk.
    for path in kept.keys.sorted() {
      if case .file(let inode) = kept[path] {
        kept[path] = .file(inode.afterCrash(survival, &dice))
      }
    }
    return CrashableDisk(names: kept)
  }

  /// Only the process died: the next one finds everything, durable or not, and it stays what it is.
  func revive() {
    isDown = false
    crashStep = nil
  }

  /// The disk as it is, as another one on which all of it is durable.
  func copy() -> CrashableDisk {
    CrashableDisk(
      names: names.mapValues { node in
        guard case .file(let inode) = node else { return node }
        return .file(Inode(inode.content))
      })
  }

  /// Of all names and contents: within one process, two disks of one print count as the same.
  var fingerprint: Int {
    var hasher = Hasher()
    for path in names.keys.sorted() {
      hasher.combine(path)
      bytes(path).withUnsafeBytes { hasher.combine(bytes: $0) }
    }
    return hasher.finalize()
  }

  func bytes(_ path: String) -> [UInt8] {
    guard case .file(let inode) = names[path] else { return [] }
    return inode.content
  }

  /// Replaces a file's content, durably.
  func setBytes(_ path: String, _ bytes: [UInt8]) {
    names[path] = .file(Inode(bytes))
    durableNames[path] = names[path]
  }

  func flip(_ path: String, bit: Int) {
    var content = bytes(path)
    content[bit / 8] ^= 1 << UInt8(bit % 8)
    setBytes(path, content)
  }

  /// Overwrites one sector with noise.
  func rot(_ path: String, sector: Int, seed: UInt64 = 1) {
    var dice = Dice(seed: seed)
    var content = bytes(path)
    for i in sector * 4096..<min(content.count, (sector + 1) * 4096) {
      content[i] = UInt8(truncatingIfNeeded: dice.next())
    }
    setBytes(path, content)
  }

  private func change(_ change: NameChange) {
    Self.apply(change, to: &names)
    unsyncedNames.append(change)
  }

  private static func apply(_ change: NameChange, to names: inout [String: Node]) {
    if let removed = change.removed { names[removed] = nil }
    guard let (name, node) = change.added else { return }
    names[name] = node
    // A directory takes along what is in it.
    guard case .directory = node, let removed = change.removed else { return }
    for path in names.keys where path.hasPrefix(removed + "/") {
      names[name + path.dropFirst(removed.count)] = names.removeValue(forKey: path)
    }
  }

  private func parent(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }
}
