internal import ClientProtocol

/// How the node's answer to a request is shown.
enum ReplyForm {
  case put(wantsPrevious: Bool)
  case conditionalPut(wantsPrevious: Bool)
  case deleted(wantsPrevious: Bool)
  case conditionalDelete(wantsPrevious: Bool)
  case key(isRaw: Bool)
  case page(RangeQuery.Content, known: UInt64?)
  case transaction
  case compacted
  case cluster, leader, members, health
  case transferred
  case snapshot
}
