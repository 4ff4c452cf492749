import Testing

extension Writers.Notes {
  /// Holds the notes against what the cluster has: nothing promised is missing, nothing refused is
  /// there, and revisions only grew.
  func hold(
    on cluster: Cluster, prefix: String, _ location: SourceLocation = #_sourceLocation
  ) async throws {
    let found = try await cluster.everything(prefix)
    let lost = kept.filter { found[$0.key] != $0.value }.keys.sorted()
    #expect(lost.isEmpty, "acknowledged, but not there: \(lost)", sourceLocation: location)
    let undead = refused.filter { found[$0] != nil }.sorted()
    #expect(undead.isEmpty, "refused, but there: \(undead)", sourceLocation: location)
    #expect(wentBack.isEmpty, "revisions went back: \(wentBack)", sourceLocation: location)
    #expect(!kept.isEmpty, "nobody wrote anything", sourceLocation: location)
  }
}
