internal import ClientProtocol
internal import Determinism
internal import RaftTypes

/// A 64-bit fingerprint of state: folded 128-bit products, the construction of wyhash. Equal on
/// every machine. It finds divergence, not attacks: whoever can choose keys could build a
/// collision.
struct StateHash {
  private(set) var value: UInt64

  init(seed: UInt64) { value = seed }

  @inline(__always)
  mutating func combine(_ number: UInt64) {
    value = Self.fold(number ^ 0xa076_1d64_78bd_642f, value ^ 0xe703_7ed1_a0b4_28db)
  }

  /// The bytes and their number.
  mutating func combine(_ bytes: UnsafeRawBufferPointer) {
    var at = 0
    if let base = bytes.baseAddress {
      while at + 16 <= bytes.count {
        let a = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        let b = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self))
        value = Self.fold(a ^ 0x8ebc_6af0_9c88_c6e3, b ^ value)
        at += 16
      }
    }
    while at < bytes.count {
      combine(KeyOrder.head(bytes, skip: at))
      at += 8
    }
    combine(UInt64(bytes.count))
  }

  @inline(__always)
  private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}

extension Record {
  /// Depends on every field, the key and the value.
  var stateHash: UInt64 {
    var hash = StateHash(seed: 1)
    hash.combine(createRevision)
    hash.combine(info.modRevision)
    hash.combine(version)
    hash.combine(lease)
    hash.combine(key)
    hash.combine(value)
    return hash.value
  }
}

extension AddressLedger {
  /// Depends on every claim and what became of it.
  var stateHash: UInt64 {
    var hash = StateHash(seed: 4)
    hash.combine(UInt64(entries.count))
    hash.combine(forgotten.nanoseconds)
    for entry in entries {
      hash.combine(entry.term.number)
      hash.combine(entry.claim.node.number)
      hash.combine(UInt64(entry.claim.tier.code))
      hash.combine(entry.claim.linger.nanoseconds)
      hash.combine(entry.claimedAt.milliseconds)
      hash.combine(entry.heldAt.map { $0.milliseconds + 1 } ?? 0)
      hash.combine(entry.releasedAt.map { $0.milliseconds + 1 } ?? 0)
    }
    return hash.value
  }
}
