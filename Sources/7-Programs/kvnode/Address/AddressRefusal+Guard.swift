import GuardProtocol
import VirtualIP

// The guard's words in those of the policy.

extension AddressRefusal {
  init(_ refusal: GuardRefusal) {
    self =
      switch refusal {
      case .staleTerm, .late: .busy
      case .conflict(let stranger): .conflict(stranger)
      case .unavailable(let reason): .unavailable(reason)
      }
  }
}

extension AddressLoss {
  init(_ loss: GuardLoss) {
    self =
      switch loss {
      case .carrier: .carrier
      case .deleted: .deleted
      case .expired: .expired
      }
  }
}
