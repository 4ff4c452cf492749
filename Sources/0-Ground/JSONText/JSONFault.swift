/// Why a text is not the JSON that the reader expects. Offsets count bytes from the start of the
/// text; the caller refuses the whole document and tells its sender.
public enum JSONFault: Error, Equatable, Sendable {
  /// The text ends before the document does.
  case truncated
  /// Something else stands here.
  case expected(String, at: Int)
  /// A string holds bytes that are not UTF-8, or half a surrogate pair.
  case notUnicode(at: Int)
  /// A string holds a bare control character or an escape that JSON does not have.
  case badEscape(at: Int)
  /// The number is not an integer of the range that was asked for.
  case outOfRange(at: Int)
  /// Nested deeper than `JSONScanner.depthLimit`.
  case tooDeep(at: Int)
  /// Text remains after the document.
  case trailing(at: Int)
}

extension JSONFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated: "the JSON text ends too early"
    case .expected(let what, let at): "expected \(what) at byte \(at)"
    case .notUnicode(let at): "not UTF-8 at byte \(at)"
    case .badEscape(let at): "a control character or unknown escape at byte \(at)"
    case .outOfRange(let at): "the number at byte \(at) is out of range"
    case .tooDeep(let at): "nested too deeply at byte \(at)"
    case .trailing(let at): "unexpected text after the document, at byte \(at)"
    }
  }
}
