import KeyValueClient
import Testing

extension EndToEnd {
  @Suite("Clients misbehave")
  struct AbuseTests {
    @Test("slow, huge, garbled, pipelined, old and binary requests over real sockets")
    func everything() async throws {
      try await Cluster.use { cluster in
        let door = cluster.endpoint(1)
        // Its head never ends; looked at again below, when its time is up.
        let slow = try RawConnection(door, patience: 40)
        try slow.send("GET /v1/kv/a HTTP/1.1\r\nHost: q\r\nX-Slow: ")
        try hugeHeader(door)
        try garbage(door)
        try pipelining(door)
        try oldVersion(door)
        try binary(door)
        try truncated(door)
        let isCutOff = try await eventually("the slow request is cut off") {
          try slow.reply().map { $0.status == 408 } ?? true
        }
        #expect(isCutOff)
        try await cluster.client.put("after", "all that")
        try await cluster.converges()
      }
    }

    private func hugeHeader(_ door: Endpoint) throws {
      let connection = try RawConnection(door)
      let header = String(repeating: "h", count: 40 << 10)
      try connection.send("GET /livez HTTP/1.1\r\nHost: q\r\nX-Huge: \(header)\r\n\r\n")
      let reply = try #require(try connection.reply())
      #expect(reply.status == 431)
      #expect(reply.text.contains("\"not_applied\""))
    }

    private func garbage(_ door: Endpoint) throws {
      let connection = try RawConnection(door)
      try connection.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x0d, 0x0a, 0x0d, 0x0a])
      #expect(try connection.reply()?.status == 400)
      #expect(try connection.isClosedByServer())
    }

    private func pipelining(_ door: Endpoint) throws {
      let connection = try RawConnection(door)
      let numbers = 1...200
      try connection.send(numbers.flatMap { RawConnection.Request.put("p\($0)", "\($0)").bytes })
      for _ in numbers { #expect(try connection.reply()?.status == 200) }
      // Writes take longer than the reads behind them; the answers keep the order all the same.
      try connection.send(
        numbers.flatMap { number in
          RawConnection.Request.put("q\(number)", "x").bytes
            + RawConnection.Request.get("p\(number)").bytes
        })
      for number in numbers {
        #expect(try connection.reply()?.text.contains("revision") == true)
        #expect(try connection.reply()?.text == "\(number)")
      }
    }

    private func oldVersion(_ door: Endpoint) throws {
      let connection = try RawConnection(door)
      try connection.send("GET /livez HTTP/1.0\r\n\r\n")
      #expect(try connection.reply()?.status == 200)
      #expect(try connection.isClosedByServer())
    }

    private func binary(_ door: Endpoint) throws {
      let connection = try RawConnection(door)
      let value = (0..<4096).map { UInt8(truncatingIfNeeded: $0) }
      let head = "PUT /v1/kv/%00%ff%2F%25 HTTP/1.1\r\nHost: q\r\nContent-Length: 4096\r\n\r\n"
      try connection.send(Array(head.utf8) + value)
      #expect(try connection.reply()?.status == 200)
      try connection.send("GET /v1/kv/%00%ff%2F%25?raw HTTP/1.1\r\nHost: q\r\n\r\n")
      #expect(try connection.reply()?.body == value)
      try connection.send("GET /v1/kv/%00%ff%2F%25 HTTP/1.1\r\nHost: q\r\n\r\n")
      #expect(try connection.reply()?.text.contains("\"key_b64\"") == true)
    }

    private func truncated(_ door: Endpoint) throws {
      for cut in [1, 20, 60] {
        let whole = RawConnection.Request.put("half", "a value that does not arrive").bytes
        let connection = try RawConnection(door)
        try connection.send(Array(whole.prefix(cut)))
      }
      let connection = try RawConnection(door)
      #expect(try connection.exchange(.get("half"))?.status == 404)
    }
  }
}
