/// Where the functions of a source stand: enough of Swift's grammar to swap a whole body.
struct CodeOutline {
  private struct Brace {
    let open: Int
    var close: Int
    let isType: Bool
    let parent: Int?
  }

  private let source: [UInt8]
  private var braces: [Brace] = []

  init(_ source: [UInt8]) {
    self.source = source
    var blanker = CodeBlanker(source)
    let code = blanker.blanked()
    var open: [Int] = []
    var header = 0
    for (place, byte) in code.enumerated() {
      switch byte {
      case UInt8(ascii: "{"):
        braces.append(
          Brace(
            open: place, close: code.count, isType: Self.namesType(code[header..<place]),
            parent: open.last))
        open.append(braces.count - 1)
        header = place + 1
      case UInt8(ascii: "}"):
        if let last = open.popLast() { braces[last].close = place }
        header = place + 1
      case _: break
      }
    }
  }

  /// The inside of the outermost function, initialiser or accessor around `range`, without its
  /// braces; nil when there is none.
  func body(around range: Range<Int>) -> Range<Int>? {
    let around = braces.filter { $0.open < range.lowerBound && range.upperBound <= $0.close }
    guard let body = around.first(where: { !$0.isType }) else { return nil }
    let inside = body.open + 1..<body.close
    let first = Self.words(source[inside]).first
    return first.map { Self.accessors.contains($0) } == true ? nil : inside
  }

  private static let types = ["struct", "class", "enum", "extension", "protocol", "actor"]
  private static let others = ["func", "init", "subscript", "var", "let"]
  private static let accessors = ["get", "set", "willSet", "didSet"]

  // The last keyword before a brace says what it opens.
  private static func namesType(_ header: ArraySlice<UInt8>) -> Bool {
    let keyword = words(header).last { types.contains($0) || others.contains($0) }
    return keyword.map(types.contains) ?? false
  }

  private static func words(_ code: ArraySlice<UInt8>) -> [String] {
    String(decoding: code, as: UTF8.self)
      .split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
  }
}
