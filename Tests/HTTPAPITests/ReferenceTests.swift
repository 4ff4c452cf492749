import ClientProtocol
import Foundation
import Testing

@testable import HTTPAPI

@Suite("docs/API.md")
struct ReferenceTests {
  private static let text: String = {
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    let path = root.joined(separator: "/") + "/docs/API.md"
    return (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }()

  @Test("has every route, and no other")
  func routes() {
    let routes = Routes.table.map { "\($0.method.name) \($0.path)" }
    let told = Self.text.matches(of: /\n\| `([A-Z]+ [^`]+)` \|/).map { String($0.output.1) }
    #expect(told.sorted() == routes.sorted())
  }

  @Test("has every parameter")
  func parameters() {
    for parameter in Parameter.allCases {
      #expect(Self.text.contains("`\(parameter.rawValue)"), "\(parameter.rawValue)")
    }
  }

  @Test("has every error and its status", arguments: ClientError.Code.allCases)
  func errors(code: ClientError.Code) {
    let row = Self.text.split(separator: "\n").first {
      $0.hasPrefix("| `") && $0.contains("`\(code.rawValue)`")
    }
    let status = "| \(ErrorMapping.status(of: code)) |"
    #expect(row?.contains(status) == true, "\(code.rawValue) \(status)")
  }
}
