// swift-tools-version: 6.2
import PackageDescription

// Benchmarks are a package of their own, so that nobody who builds or tests Quoin builds them:
// swift run -c release --package-path Tests/Benchmarks store
let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "quoin", path: "../..")],
  targets: [
    .executableTarget(
      name: "store",
      dependencies: [
        .product(name: "KeyValueStore", package: "quoin"),
        .product(name: "RaftCore", package: "quoin"),
      ])
  ]
)
