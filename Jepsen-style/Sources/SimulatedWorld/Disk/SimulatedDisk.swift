internal import BinaryCodec
internal import Determinism
internal import Faults
internal import WriteAheadLog

/// A data directory in memory that forgets like a real one. It fills the log's FileSystem port, so
/// that the log that runs on it is the one of production.
///
/// The machine can be made to die in the middle of a call: from then on every call fails, until
/// `revive`.
final class SimulatedDisk: FileSystem {
  enum Item {
    case directory
    case file(Inode)
  }
  private struct NameChange {
    let directory: String
    let removed: String?
    let added: String?
    /// What had the names before.
    let oldRemoved: Item?
    let oldAdded: Item?
    let item: Item?
  }

  private var names: [String: Item] = [:]
  private var unsyncedNames: [NameChange] = []
  /// Calls that change the disk, until it dies in one of them.
  private var stepsLeft: Int?
  private(set) var isDown = false
  /// Syncs succeed and keep nothing.
  var lies = false
  /// The same, and not even the harness is told: it must find out.
  var liesInSecret = false
  /// The next sync, the next write fails, once.
  var failsNextSync = false
  var failsNextWrite = false
  /// Bytes that all files together may have.
  var capacity = Int.max
  /// A directory's sync said that it kept names that it did not.
  private var namesAreLiedAbout = false
  private let tear: Tear
  /// Whether files remember what stood in their sectors before.
  private let remembers: Bool
  var counts = FaultCounts()

  init(_ tear: Tear = Tear(), remembers: Bool = false) {
    self.tear = tear
    self.remembers = remembers
  }

  // MARK: Dying

  /// Dies in the call that comes after so many others.
  func die(after steps: Int) { stepsLeft = steps }

  func die() { isDown = true }

  /// The process is back on a machine that went on running.
  func revive() {
    isDown = false
    stepsLeft = nil
    failsNextSync = false
    failsNextWrite = false
  }

  /// Somebody puts an empty disk in its place.
  func wipe() {
    names = [:]
    unsyncedNames = []
    namesAreLiedAbout = false
    revive()
  }

  /// Whether a loss of power would take what a sync said was kept.
  var isLiedAbout: Bool {
    namesAreLiedAbout || files.contains { $0.inode.isLiedAbout }
  }

  /// Every file with its path, in the order of the paths.
  var files: [(path: String, inode: Inode)] {
    names.keys.sorted().compactMap { path in
      if case .file(let inode)? = names[path] { (path, inode) } else { nil }
    }
  }

  func inode(_ path: String) -> Inode? {
    if case .file(let inode)? = names[path] { inode } else { nil }
  }

  /// Looks at the disk although its machine may be dead.
  func whileUp<Result>(_ body: () -> Result) -> Result {
    let (wasDown, steps) = (isDown, stepsLeft)
    (isDown, stepsLeft) = (false, nil)
    defer { (isDown, stepsLeft) = (wasDown, steps) }
    return body()
  }

  /// The machine is back: what no sync covered is there or not, as the dice fall.
  func revive(afterPowerLoss dice: inout Dice) {
    var redo: [NameChange] = []
    while let change = unsyncedNames.popLast() {
      if let added = change.added { names[added] = change.oldAdded }
      if let removed = change.removed { names[removed] = change.oldRemoved }
      redo.append(change)
    }
    for change in redo.reversed() where dice.chance(1, in: 2) { apply(change) }
    namesAreLiedAbout = false
    for path in names.keys.sorted() {
      let folder = Self.parent(path)
      if !folder.isEmpty, names[folder] == nil { names[path] = nil }
      if case .file(let inode)? = names[path] { inode.losePower(tear, &dice, &counts) }
    }
    revive()
  }

  /// Counts a call that changes the disk; true when the machine dies in it.
  func step() throws(FileFault) -> Bool {
    try refuseIfDown()
    guard let left = stepsLeft else { return false }
    stepsLeft = left - 1
    isDown = left == 0
    return isDown
  }

  func refuseIfDown() throws(FileFault) {
    if isDown { throw .io(path: "", operation: "power", code: 0) }
  }

  func finish(_ dies: Bool) throws(FileFault) {
    if dies { throw .io(path: "", operation: "power", code: 0) }
  }

  // MARK: FileSystem

  func create(_ path: String) throws(FileFault) -> SimulatedFile {
    let dies = try step()
    guard names[path] == nil else { throw .exists(path: path) }
    let inode = Inode(remembers: remembers)
    change(removed: nil, added: path, .file(inode))
    try finish(dies)
    return SimulatedFile(self, inode, path)
  }

  func open(_ path: String) throws(FileFault) -> SimulatedFile {
    try refuseIfDown()
    guard case .file(let inode) = names[path] else { throw .notFound(path: path) }
    return SimulatedFile(self, inode, path)
  }

  func createDirectory(_ path: String) throws(FileFault) {
    let dies = try step()
    if names[path] == nil { change(removed: nil, added: path, .directory) }
    try finish(dies)
  }

  func list(_ path: String) throws(FileFault) -> [String] {
    try refuseIfDown()
    return names.keys.filter { Self.parent($0) == path }.sorted()
      .map { String($0.dropFirst(path.isEmpty ? 0 : path.utf8.count + 1)) }
  }

  func rename(_ path: String, to target: String) throws(FileFault) {
    let dies = try step()
    guard let item = names[path] else { throw .notFound(path: path) }
    change(removed: path, added: target, item)
    try finish(dies)
  }

  func remove(_ path: String) throws(FileFault) {
    let dies = try step()
    guard names[path] != nil else { throw .notFound(path: path) }
    change(removed: path, added: nil, nil)
    try finish(dies)
  }

  func syncDirectory(_ path: String) throws(FileFault) {
    try finish(try step())
    if liesInSecret { return }
    if lies {
      namesAreLiedAbout = namesAreLiedAbout || unsyncedNames.contains { $0.directory == path }
      counts.add(.lyingSync)
    } else {
      unsyncedNames.removeAll { $0.directory == path }
      namesAreLiedAbout = namesAreLiedAbout && !unsyncedNames.isEmpty
    }
  }

  func giveBackBlocks(of path: String) throws(FileFault) {
    guard let inode = inode(path), inode.openings == 0 else { return }
    let dies = try step()
    inode.resize(to: inode.content.count / 2)
    try finish(dies)
    // Not a file's sync, which may fail: the failure would stop nobody.
    try finish(try step())
    if !lies, !liesInSecret { inode.sync() }
  }

  func freeSpace() throws(FileFault) -> Int {
    try refuseIfDown()
    return capacity == .max ? 1 << 40 : max(0, capacity - used)
  }

  var used: Int {
    // A sum does not depend on the order.
    names.values.reduce(0) { sum, item in
      if case .file(let inode) = item { sum + inode.content.count } else { sum }
    }
  }

  private func change(removed: String?, added: String?, _ item: Item?) {
    let change = NameChange(
      directory: Self.parent(added ?? removed ?? ""), removed: removed, added: added,
      oldRemoved: removed.flatMap { names[$0] }, oldAdded: added.flatMap { names[$0] }, item: item)
    unsyncedNames.append(change)
    apply(change)
  }

  private func apply(_ change: NameChange) {
    if let removed = change.removed { names[removed] = nil }
    if let added = change.added { names[added] = change.item }
  }

  private static func parent(_ path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? ""
  }
}
