import BinaryCodec
import ClientProtocol
import Determinism
import Glibc
import KeyValueStore
import RaftTypes

/// What one core does with the store alone: 13-byte keys, 256-byte values, a million keys, all
/// bytes encoded as they stand in the log. Each figure is of one pass over all keys.
enum StoreBenchmark: Part {
  static let name = "store"
  static let keyCount = 1_000_000

  private static func report(_ what: String, _ count: Int, _ body: () -> Void) {
    let start = Clock.processor()
    body()
    Report.cost(what, (Clock.processor() - start) * 1e9 / Double(max(1, count)))
  }

  /// Bytes of memory that the process holds (proc(5), statm: the second number, in pages).
  private static func resident() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var text = [UInt8](repeating: 0, count: 128)
    let count = fread(&text, 1, text.count, file)
    let fields = text.prefix(count).split(separator: UInt8(ascii: " "))
    return (Int(String(decoding: fields[1], as: UTF8.self)) ?? 0)
      * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// What every figure below is made of: one load that misses every cache, over as much memory as a
  /// million records take.
  private static func reportMemory() {
    var next = (0..<45_000_000).map { UInt32($0) }
    var dice = Dice(seed: 2)
    for i in (1..<next.count).reversed() { next.swapAt(i, Int(dice.below(UInt64(i)))) }
    var at = 0
    report("dependent loads of random memory", 3_000_000) {
      for _ in 0..<3_000_000 { at = Int(next[at]) }
    }
    if at == next.count { exit(1) }
  }

  static func run() throws {
    reportMemory()
    var bench = Bench()
    let random = bench.shuffled()
    let commands = random.map { bench.put($0) }
    report("encode put", 1_000_000) {
      let (k, v) = (Samples.key(12345), bench.value)
      for _ in 0..<1_000_000 {
        let bytes = Command(.put(Put(key: k[...], value: v[...]))).encoded()
        if bytes.isEmpty { exit(1) }
      }
    }
    report("decode put", 1_000_000) {
      for command in commands.prefix(1_000_000) where (try? Command(decoding: command[...])) == nil
      {
        exit(1)
      }
    }

    let before = resident()
    report("put, new keys, random order", keyCount) { bench.apply(commands) }
    let each = Double(resident() - before) / Double(keyCount)
    Report.figure("bytes a key", each, "bytes", also: "overhead \(Int(each) - 269)")

    let queries = bench.shuffled().map { RangeQuery(range: .key(Samples.key($0)[...])) }
    report("get, random", queries.count) {
      for query in queries where (try? bench.store.read(query))?.items.count != 1 { exit(1) }
    }
    report("put, overwriting, random", keyCount) { bench.apply(commands) }
    let view = bench.store.view()
    report("put, while a view is held", keyCount) { bench.apply(commands) }
    report("scan in pages of 1000", keyCount) {
      var query = RangeQuery(range: .all, limit: 1000)
      while let page = try? bench.store.read(query), page.more {
        query.after = page.items.last?.key
      }
    }
    report("count a range", 100_000) {
      let query = RangeQuery(range: .prefix(Samples.key(0).prefix(8)), content: .countOnly)
      for _ in 0..<100_000 where (try? bench.store.read(query))?.count == 0 { exit(1) }
    }
    var chunks: [[UInt8]] = []
    report("snapshot, records written", view.statistics.keys + view.statistics.historyRecords) {
      chunks = Array(SnapshotEncoder(view))
    }
    report("snapshot, records read", view.statistics.keys + view.statistics.historyRecords) {
      var decoder = SnapshotDecoder()
      for chunk in chunks {
        do { try decoder.consume(chunk[...]) } catch { exit(1) }
      }
      if (try? decoder.finish(stateHash: view.stateHash)) == nil { exit(1) }
    }
  }
}

/// The store, and what is done to it.
private struct Bench {
  var store = Store()
  var dice = Dice(seed: 1)
  var index = LogIndex.zero
  let value = [UInt8](repeating: 7, count: 256)

  func put(_ number: UInt64) -> [UInt8] {
    Samples.put(Samples.key(number), value)
  }

  mutating func apply(_ commands: [[UInt8]]) {
    for command in commands {
      index = index.next
      _ = store.apply(command[...], at: index, time: LogTime(milliseconds: index.number))
    }
  }

  mutating func shuffled() -> [UInt64] {
    var numbers = (0..<UInt64(StoreBenchmark.keyCount)).map { $0 }
    for i in numbers.indices.reversed() {
      numbers.swapAt(i, Int(dice.below(UInt64(i + 1))))
    }
    return numbers
  }
}
