internal import ArgumentParser

/// Options before the subcommand: `kvctl --endpoints 10.0.0.1:7379 status`.
///
/// The parser knows an option only where a command declares it. What stands before the first
/// subcommand moves behind the last one, so that it means the same there and here, a command that
/// has no such option says so, and one given again after the subcommand wins.
enum LeadingOptions {
  /// - Parameter arguments: without the program's name.
  static func moved(
    _ arguments: [String], below root: any ParsableCommand.Type = Kvctl.self
  ) -> [String] {
    // Three dashes: a shell asks for completions, in the parser's own language.
    guard let first = arguments.first, first.hasPrefix("-"), !first.hasPrefix("---"),
      let start = arguments.firstIndex(where: { subcommand(of: root, $0) != nil })
    else { return arguments }
    var end = start
    var command = root
    while end < arguments.endIndex, let next = subcommand(of: command, arguments[end]) {
      command = next
      end += 1
    }
    return Array(arguments[start..<end] + arguments[..<start] + arguments[end...])
  }

  private static func subcommand(
    of command: any ParsableCommand.Type, _ name: String
  ) -> (any ParsableCommand.Type)? {
    command.configuration.subcommands.first { $0._commandName == name }
  }
}
