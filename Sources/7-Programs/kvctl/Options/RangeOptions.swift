internal import ArgumentParser
internal import ClientProtocol

/// Which keys: a prefix, or a start and an end.
struct RangeOptions: ParsableArguments {
  @Option(help: "From this key on, with escapes.")
  var start: KeyText?

  @Option(help: "Up to, and without, this key.")
  var end: KeyText?

  /// - Parameter prefix: as given on the command line; nil: none.
  func range(prefix: KeyText?) throws -> KeyRange? {
    guard start != nil || end != nil else { return prefix.map { KeyRange.prefix($0.bytes) } }
    guard prefix == nil else { throw ValidationError("Give a prefix, or --start and --end.") }
    return KeyRange(start: start?.bytes ?? [], end: end.map { .before($0.bytes) } ?? .unbounded)
  }
}
