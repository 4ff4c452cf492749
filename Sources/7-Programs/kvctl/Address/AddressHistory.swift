internal import ClientProtocol
internal import RaftTypes

/// Who had the address, one after the other, and what ended each time.
struct AddressHistory {
  /// One owner.
  struct Row: Equatable {
    enum Ending: Equatable {
      /// It lasts.
      case holds
      /// It was given up before the next one claimed.
      case released
      /// Nobody heard it end: the process or the host was gone, or could reach nobody.
      case silent
      /// The claim was followed by another one before the address was taken.
      case neverHeld
    }

    let term: Term
    let node: NodeID
    let since: LogTime
    /// When it was given up, or else when the next one claimed; nil while it holds.
    let until: LogTime?
    let ending: Ending
    /// From the end of the one before, as the log knows it, to its own first moment.
    let gap: UInt64?
  }

  let rows: [Row]

  /// - Parameter claims: ascending by term, as the log has them.
  init(_ claims: [AddressLedger.Entry]) {
    var rows: [Row] = []
    for (place, claim) in claims.enumerated() {
      let next = place + 1 < claims.count ? claims[place + 1] : nil
      let ending: Row.Ending
      switch (claim.heldAt, claim.releasedAt, next) {
      case (nil, nil, .some): ending = .neverHeld
      case (_, .some, _): ending = .released
      case (.some, nil, .some): ending = .silent
      case (_, nil, nil): ending = .holds
      }
      // A successor's clock may be behind: then there is no gap to tell.
      let gap = rows.last { $0.ending != .neverHeld }?.until.flatMap { end in
        claim.heldAt.map { $0 > end ? $0.milliseconds - end.milliseconds : 0 }
      }
      rows.append(
        Row(
          term: claim.term, node: claim.claim.node, since: claim.heldAt ?? claim.claimedAt,
          until: claim.releasedAt ?? next?.claimedAt, ending: ending, gap: gap))
    }
    self.rows = rows
  }

  /// For people, the newest last.
  var lines: [String] {
    var table = Table([
      ("TERM", .right), ("NODE", .left), ("SINCE", .left), ("FOR", .right), ("GAP", .right),
      ("ENDED", .left),
    ])
    for row in rows {
      let length = row.until.map { $0 > row.since ? $0.milliseconds - row.since.milliseconds : 0 }
      table.add([
        "\(row.term.number)", "\(row.node)", row.since.utc,
        length.map { Figures.seconds(Double($0) / 1000) } ?? "-",
        row.gap.map { "\($0) ms" } ?? "-", row.ending.words,
      ])
    }
    return table.lines
  }
}

extension AddressHistory.Row.Ending {
  fileprivate var words: String {
    switch self {
    case .holds: "holds it"
    case .released: "given up"
    case .silent: "fell silent"
    case .neverHeld: "never took it"
    }
  }
}
