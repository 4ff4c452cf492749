internal import ArgumentParser

struct CompletionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Prints a completion script for a shell.",
    discussion: "For example: source <(kvctl completion bash)")

  enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

  @Argument(help: "bash, zsh or fish.")
  var shell: Shell

  func run() throws {
    let parserShell: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    var printer = Printer()
    try printer.line(Kvctl.completionScript(for: parserShell))
    try printer.flush()
  }
}
