// swift-tools-version: 6.2
import PackageDescription

// Benchmarks are a package of their own, so that nobody who builds or tests Quoin builds them:
// scripts/benchmarks runs them, built with the flags that Quoin is built with.
let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "quoin", path: "../..")],
  targets: [
    .executableTarget(
      name: "benchmarks",
      dependencies: ["KeyValueStore", "RaftCore", "WriteAheadLog", "Parts"].map {
        .product(name: $0, package: "quoin")
      },
      swiftSettings: [
        .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"), .treatAllWarnings(as: .error),
      ])
  ]
)
