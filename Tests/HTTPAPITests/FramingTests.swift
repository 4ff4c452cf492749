import BinaryCodec
import Determinism
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import HTTPAPI

@Suite("Framing: where requests begin and end (RFC 9112)")
struct FramingTests {
  /// What a reader made of some bytes: one line an event, bodies joined.
  private struct Reading: Equatable {
    var requests: [String] = []
    var isRefused = false
  }

  private func read(_ parts: [[UInt8]], _ limits: HTTPAPI.Limits = Limits()) -> Reading {
    var decoder = RequestDecoder(limits)
    var reading = Reading()
    var inbox = ByteBuffer()
    var body: [UInt8] = []
    do throws(FramingFault) {
      for part in parts {
        inbox.writeBytes(part)
        while let event = try decoder.next(&inbox) {
          switch event {
          case .head(let head):
            let target = String(decoding: head.target, as: UTF8.self)
            let length = head.fields.contentLength.map(String.init) ?? "-"
            reading.requests.append(
              "\(head.method.name) \(target) \(length) \(head.fields.isChunked)")
          case .part(let part): body += Array(part.readableBytesView)
          case .end:
            reading.requests.append("body \(body)")
            body = []
          }
        }
      }
    } catch {
      reading.isRefused = true
    }
    return reading
  }

  private func read(_ text: String) -> Reading { read([Array(text.utf8)]) }

  @Test(
    "what may be read in two ways is refused",
    arguments: [
      "GET / HTTP/1.1\nHost: q\n\n", "GET / HTTP/1.1\r\nHost: q\n\r\n",
      "GET  / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1 \r\n\r\n", " GET / HTTP/1.1\r\n\r\n",
      "GET / a HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost : q\r\n\r\n",
      "GET / HTTP/1.1\r\n Host: q\r\n\r\n", "GET / HTTP/1.1\r\nHost: q\r\n more\r\n\r\n",
      "GET / HTTP/1.1\r\nA: b\u{0}c\r\n\r\n", "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n",
      "GET / HTTP/1.1\r\nA\u{7f}: b\r\n\r\n", "G(T / HTTP/1.1\r\n\r\n",
      "GET / http/1.1\r\n\r\n", "GET / HTTP/1.10\r\n\r\n", "GET / HTTP/0.9\r\n\r\n",
      "PUT / HTTP/1.1\r\nContent-Length: +1\r\n\r\n", "PUT / HTTP/1.1\r\nContent-Length: \r\n\r\n",
      "PUT / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n",
      "PUT / HTTP/1.1\r\nContent-Length: 0x1\r\n\r\n",
      "PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
      "PUT / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
      "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
      "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
      "PUT / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n",
      "PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
      "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
      "PUT / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    ])
  func ambiguous(_ text: String) { #expect(read(text) == Reading(requests: [], isRefused: true)) }

  @Test(
    "chunks that are not what they say are refused",
    arguments: [
      "\r\n", "-1\r\n", "0x1\r\n", " 1\r\na\r\n", "1 1\r\n", "g\r\n", "1\na\r\n",
      "1;\u{1}\r\na\r\n",
      "1\r\nab\r\n", "1\r\na\n\r", "1\r\na\r\r", "8000000000000000\r\n",
      "0\r\n x\r\n\r\n", "0\r\nx\r\n\r\n",
    ])
  func chunks(_ text: String) {
    let reading = read("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + text)
    #expect(reading.isRefused)
    #expect(!reading.requests.contains { $0.hasPrefix("body") })
  }

  @Test("chunks, their extensions and a trailer make one body")
  func trailer() {
    let text =
      "\r\nPUT /k HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n"
      + "3;name=\"a value\"\r\nabc\r\n00A \r\n0123456789\r\n0\r\nContent-Length: 5\r\n\r\n"
      + "GET / HTTP/1.1\r\n\r\n"
    #expect(
      read(text).requests == [
        "PUT /k - true", "body \(Array("abc0123456789".utf8))", "GET / - false", "body []",
      ])
  }

  @Test("a head has its bounds, however it arrives")
  func bounds() {
    var limits = HTTPAPI.Limits()
    limits.headerFieldBytes = 40
    limits.headerBytes = 100
    limits.headerCount = 3
    let line = "GET / HTTP/1.1\r\n"
    let long = "a: " + String(repeating: "x", count: 35) + "\r\n"
    #expect(read([Array((line + long + "\r\n").utf8)], limits).requests.count == 2)
    for text in [
      line + "b" + long + "\r\n", line + "b" + long.dropLast() + "xx", line + long + long + long,
      line + "a:\r\nb:\r\nc:\r\nd:\r\n\r\n", String(repeating: "\r\n", count: 51),
    ] {
      #expect(read([Array(text.utf8)], limits) == Reading(requests: [], isRefused: true), "\(text)")
      #expect(read(text.utf8.map { [$0] }, limits) == Reading(requests: [], isRefused: true))
    }
  }

  private static let conversation =
    "PUT /v1/kv/a%20b HTTP/1.1\r\nHost: q\r\nConnection: x, y\r\nContent-Length: 3\r\n\r\nabc"
    + "POST /v1/txn HTTP/1.1\r\nHost: q\r\nTransfer-Encoding: chunked\r\n\r\n"
    + "4\r\n0123\r\n1;a=b\r\nx\r\n0\r\nend: 1\r\n\r\n"
    + "GET /v1/kv?prefix=a HTTP/1.0\r\nConnection: Keep-Alive\r\nX: \u{e9}\r\n\r\n"

  @Test("where the socket's readings begin and end does not matter")
  func division() {
    var dice = Dice(seed: 7)
    for round in 0..<3000 {
      var bytes = Array(Self.conversation.utf8)
      for _ in 0..<min(round, 2) {
        bytes[Int(dice.below(UInt64(bytes.count)))] = UInt8(dice.below(256))
      }
      let whole = read([bytes])
      #expect(read(bytes.map { [$0] }) == whole)
      let cut = Int(dice.below(UInt64(bytes.count)))
      #expect(read([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole)
    }
  }

  // llhttp, as another reader of the same bytes: a proxy in front of this server.
  private func peerReads(_ bytes: [UInt8]) throws -> Reading {
    let channel = EmbeddedChannel(
      handler: ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
    var reading = Reading()
    do { try channel.writeInbound(ByteBuffer(bytes: bytes)) } catch { reading.isRefused = true }
    var body: [UInt8] = []
    while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
      switch part {
      case .head(let head):
        let told = head.headers["content-length"].first ?? "-"
        let length = Int(told.filter(\.isNumber)).map(String.init) ?? "-"
        let isChunked = head.headers.contains(name: "transfer-encoding")
        let method = Method(Array(head.method.rawValue.utf8).span)
        reading.requests.append(
          "\(method.name) \(head.uri) \(length) \(isChunked)")
      case .body(let part): body += Array(part.readableBytesView)
      case .end:
        reading.requests.append("body \(body)")
        body = []
      }
    }
    _ = try? channel.finish(acceptAlreadyClosed: true)
    return reading
  }

  @Test("another reader finds the same requests in whatever is not refused")
  func secondReader() throws {
    var dice = Dice(seed: 11)
    let marks = Array("\r\n\t :;,/0159afx\u{0}".utf8)
    var (accepted, refused, equal) = (0, 0, 0)
    for _ in 0..<6000 {
      var bytes = Array(Self.conversation.utf8)
      for _ in 0...dice.below(3) {
        let place = Int(dice.below(UInt64(bytes.count)))
        switch dice.below(3) {
        case 0: bytes[place] = marks[Int(dice.below(UInt64(marks.count)))]
        case 1: bytes.insert(marks[Int(dice.below(UInt64(marks.count)))], at: place)
        default: bytes.remove(at: place)
        }
      }
      let ours = read([bytes])
      if ours.isRefused { refused += 1 } else { accepted += 1 }
      let theirs = try peerReads(bytes)
      let common = min(ours.requests.count, theirs.requests.count)
      guard ours.requests[..<common] == theirs.requests[..<common] else {
        Issue.record("\(ours) but \(theirs) of \(String(decoding: bytes, as: UTF8.self))")
        return
      }
      // It knows fewer methods and forms of targets, and stops there.
      if ours.requests.count == theirs.requests.count { equal += 1 }
    }
    #expect(accepted > 500)
    #expect(refused > 500)
    #expect(equal > 500)
  }
}
