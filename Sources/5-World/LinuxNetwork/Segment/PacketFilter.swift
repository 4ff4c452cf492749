import Glibc
import NetworkTypes

/// A program that the kernel runs over every frame before a socket gets it (linux/filter.h,
/// classic BPF), so that the traffic of the host costs the guard nothing.
struct PacketFilter: Equatable {
  /// `struct sock_filter`.
  struct Instruction: Equatable {
    let code: UInt16
    let ifTrue: UInt8
    let ifFalse: UInt8
    let value: UInt32

    var bytes: [UInt8] { ByteOrder.host(code) + [ifTrue, ifFalse] + ByteOrder.host(value) }
  }

  private enum Code {
    static let loadWord: UInt16 = 0x20  // BPF_LD | BPF_W | BPF_ABS
    static let loadByte: UInt16 = 0x30  // BPF_LD | BPF_B | BPF_ABS
    static let jumpIfEqual: UInt16 = 0x15  // BPF_JMP | BPF_JEQ | BPF_K
    static let give: UInt16 = 0x06  // BPF_RET | BPF_K
  }

  let instructions: [Instruction]

  /// Lets frames pass that speak of the address: ARP whose sender or target it is, neighbour
  /// messages whose target it is. The socket sees only frames of the right Ethernet type.
  init(for address: IPAddress) {
    let words = stride(from: 0, to: address.bytes.count, by: 4).map {
      ByteOrder.network(address.bytes[...], at: $0, as: UInt32.self) ?? 0
    }
    var program: [Instruction] = []
    switch address.family {
    case .v4:
      program += Self.test(Code.loadWord, at: 28, is: words[0], elseSkip: 1)
      program.append(Self.accept)
      program += Self.test(Code.loadWord, at: 38, is: words[0], elseSkip: 1)
    case .v6:
      // What fails a test goes on at the last instruction, number 14.
      program += Self.test(Code.loadByte, at: 20, is: 58, elseSkip: 12)
      program.append(.init(code: Code.loadByte, ifTrue: 0, ifFalse: 0, value: 54))
      program.append(.init(code: Code.jumpIfEqual, ifTrue: 1, ifFalse: 0, value: 135))
      program.append(.init(code: Code.jumpIfEqual, ifTrue: 0, ifFalse: 9, value: 136))
      for (index, word) in words.enumerated() {
        program += Self.test(
          Code.loadWord, at: UInt32(62 + index * 4), is: word, elseSkip: UInt8(7 - index * 2))
      }
    }
    instructions = program + [Self.accept, .init(code: Code.give, ifTrue: 0, ifFalse: 0, value: 0)]
  }

  private static let accept = Instruction(
    code: Code.give, ifTrue: 0, ifFalse: 0, value: UInt32(Limits.frame))

  private static func test(
    _ load: UInt16, at offset: UInt32, is value: UInt32, elseSkip: UInt8
  ) -> [Instruction] {
    [
      .init(code: load, ifTrue: 0, ifFalse: 0, value: offset),
      .init(code: Code.jumpIfEqual, ifTrue: 0, ifFalse: elseSkip, value: value),
    ]
  }

  /// SO_ATTACH_FILTER takes a `struct sock_fprog`: a count, and a pointer to the instructions.
  func attach(to descriptor: Int32) throws(NetworkFault) {
    let program = instructions.flatMap(\.bytes)
    let code = program.withUnsafeBytes { program in
      let count = ByteOrder.host(UInt16(instructions.count))
      let padding = [UInt8](repeating: 0, count: MemoryLayout<UInt>.size - count.count)
      let description = count + padding + ByteOrder.host(UInt(bitPattern: program.baseAddress))
      return setsockopt(
        descriptor, SOL_SOCKET, SO_ATTACH_FILTER, description, socklen_t(description.count))
    }
    guard code == 0 else { throw .system("filter frames", errno) }
  }
}
