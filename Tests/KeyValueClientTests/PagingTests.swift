import BinaryCodec
import ClientProtocol
import Testing

@testable import KeyValueClient

@Suite("Pages of a range")
struct PagingTests {
  @Test("the next page is asked for with the cursor of the one before, which has counted the range")
  func cursor() async throws {
    let server = try await ScriptedServer.start { number, _ in
      let item = """
        {"key":"k\(number)","value":"v","create_revision":2,"mod_revision":2,"version":1,"lease":0}
        """
      let cursor = number == 0 ? #""cursor":"AbC_-","# : ""
      return .ok(
        #"{"revision":9,"count":2,"more":\#(number == 0),\#(cursor)"items":[\#(item)]}"#)
    }
    let client = KeyValueClient(ClientConfiguration(endpoints: [server.endpoint]))
    var keys: [String] = []
    for try await item in client.range(RangeQuery(range: .prefix(Array("k".utf8)[...]))) {
      keys.append(String(decoding: item.key, as: UTF8.self))
    }
    #expect(keys == ["k0", "k1"])
    let asked = server.seen.map(\.line)
    #expect(asked.count == 2)
    #expect(asked.last?.contains("prefix=k") == true)
    #expect(asked.last?.contains("cursor=AbC_-") == true)
    #expect(asked.last?.contains("start=") == false)
  }
}
