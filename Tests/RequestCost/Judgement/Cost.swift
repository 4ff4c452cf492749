/// What one request of a load costs, on all nodes together.
struct Cost: Equatable {
  let load: String
  let instructions: Int
  /// Calls of the runtime and of the allocator. They are shown and recorded, not judged.
  let retains: Int
  let releases: Int
  let allocations: Int
}

extension Cost {
  /// The difference of two accounts of which the second had `requests` more.
  init(_ load: String, of profile: Profile, requests: Int) {
    func each(_ names: [String]) -> Int {
      (profile.calls(of: names) + requests / 2) / requests
    }
    self.init(
      load: load, instructions: (profile.total + requests / 2) / requests,
      retains: each(["swift_retain", "swift_retain_n", "swift_bridgeObjectRetain"]),
      releases: each(["swift_release", "swift_release_n", "swift_bridgeObjectRelease"]),
      allocations: each(["malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign"]))
  }
}
