/// Where callgrind ends one account and begins the next: it is told to do so at every call of
/// `request_cost_phase_mark` (--dump-before).
enum PhaseMark {
  @_silgen_name("request_cost_phase_mark")
  @inline(never) @_optimize(none)
  static func pass() {}
}
