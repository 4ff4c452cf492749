/// A queue for millions of elements that never makes anybody wait for all of them.
///
/// An array that grows copies what it holds, and one that loses its first half frees it, in one go:
/// a pause in proportion to its length. Here elements stand in chunks. Growing adds a chunk; what
/// leaves at the front is put aside in whole chunks, and let go a bounded number of elements at a
/// time, when the owner finds it convenient.
///
/// Inlinable, as `SortedMap` is: every entry of the log and every superseded version passes
/// through one.
@frozen public struct ChunkedQueue<Element> {
  // Chunks of `chunkCount` elements, the last one shorter; never an empty one.
  @usableFromInline var chunks: [[Element]] = []
  // Elements of the first chunk that are in the queue no more; less than a chunk.
  @usableFromInline var head = 0
  @usableFromInline var aside: [[Element]] = []

  @inlinable public init() {}

  @inlinable public init(_ elements: some Sequence<Element>) {
    for element in elements { append(element) }
  }

  /// Elements of a chunk: a chunk is freed in some 30 µs, and its number in a queue of a million
  /// elements is 2,000.
  @inlinable public static var chunkCount: Int { 512 }

  @inlinable public var count: Int {
    guard let last = chunks.last else { return 0 }
    return (chunks.count - 1) * Self.chunkCount + last.count - head
  }

  @inlinable public var isEmpty: Bool { chunks.isEmpty }
  @inlinable public var first: Element? { chunks.first?[head] }
  @inlinable public var last: Element? { chunks.last?.last }

  /// The element so many places behind the first; in bounds.
  @inlinable public subscript(offset: Int) -> Element {
    get {
      let place = head + offset
      return chunks[place / Self.chunkCount][place % Self.chunkCount]
    }
    _modify {
      let place = head + offset
      yield &chunks[place / Self.chunkCount][place % Self.chunkCount]
    }
  }

  /// Adds an element behind the last, in constant time: none of the others is moved.
  @inlinable public mutating func append(_ element: Element) {
    if chunks.last.map({ $0.count == Self.chunkCount }) ?? true {
      var chunk: [Element] = []
      chunk.reserveCapacity(Self.chunkCount)
      chunks.append(chunk)
    }
    chunks[chunks.count - 1].append(element)
  }

  /// Takes the first `count` elements out; whole chunks of them wait aside to be let go.
  @inlinable public mutating func removeFirst(_ count: Int = 1) {
    precondition(count <= self.count, "ChunkedQueue: \(count) of \(self.count) shall go")
    head += count
    let gone = head / Self.chunkCount
    // Of a queue that is empty now the last chunk may be partly filled.
    let isEmpty = head == (chunks.count - 1) * Self.chunkCount + (chunks.last?.count ?? 0)
    if isEmpty || gone > 0 {
      let leaving = isEmpty ? chunks.count : gone
      aside.append(contentsOf: chunks[..<leaving])
      chunks.removeFirst(leaving)
      head = isEmpty ? 0 : head % Self.chunkCount
    }
  }

  /// Keeps the first `count` elements and frees the others now.
  @inlinable public mutating func truncate(to count: Int) {
    precondition(count <= self.count, "ChunkedQueue: \(count) of \(self.count) shall stay")
    guard count > 0 else {
      chunks = []
      head = 0
      return
    }
    let end = head + count
    let whole = (end + Self.chunkCount - 1) / Self.chunkCount
    chunks.removeLast(chunks.count - whole)
    chunks[whole - 1].removeLast(chunks[whole - 1].count - (end - (whole - 1) * Self.chunkCount))
  }

  /// Elements that have left and are not let go yet, those of whole chunks.
  @inlinable public var waiting: Int { aside.reduce(0) { $0 + $1.count } }

  /// Lets go of `count` elements that have left, at most.
  @inlinable public mutating func letGo(_ count: Int) {
    var left = count
    while left > 0, let oldest = aside.last?.count {
      let going = Swift.min(left, oldest)
      aside[aside.count - 1].removeLast(going)
      if going == oldest { aside.removeLast() }
      left -= going
    }
  }
}

extension ChunkedQueue: Sendable where Element: Sendable {}

extension ChunkedQueue: Sequence {
  @inlinable public func makeIterator() -> AnyIterator<Element> {
    var offset = 0
    let (queue, end) = (self, count)
    return AnyIterator {
      guard offset < end else { return nil }
      defer { offset += 1 }
      return queue[offset]
    }
  }
}

// Where the chunks begin is nobody's business.
extension ChunkedQueue: Equatable where Element: Equatable {
  @inlinable public static func == (a: Self, b: Self) -> Bool { a.elementsEqual(b) }
}

extension ChunkedQueue: Hashable where Element: Hashable {
  @inlinable public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for element in self { hasher.combine(element) }
  }
}
