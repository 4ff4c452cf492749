/// `vipguard`: holds the virtual IP for a kvnode, and lets it go when that falls silent.
@main
enum VIPGuard {
  static func main() {}
}
