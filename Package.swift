// swift-tools-version: 6.2
import PackageDescription

// The floors of the house: a module leans only on strictly lower floors, and this file stops the
// build when one does not. docs/ARCHITECTURE.md draws them.
enum Floor: Int {
  case ground = 0, vocabulary, consensus, parts, replica, world, interfaces, programs
  var folder: String {
    let names = [
      "Ground", "Vocabulary", "Consensus", "Parts", "Replica", "World", "Interfaces", "Programs",
    ]
    return "Sources/\(rawValue)-\(names[rawValue])"
  }
}

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"), .treatAllWarnings(as: .error),
]

// Programs carry Swift's runtime with them when the scripts build them, and nothing but their linking
// differs: docs/decisions/0041-static-runtime.md. The libraries are those that Foundation's archives
// need and do not name.
let linking: [LinkerSetting] =
  Context.environment["QUOIN_STATIC_RUNTIME"] == nil
  ? []
  : [
    .unsafeFlags([
      "-static-stdlib", "-use-ld=lld", "-lCoreFoundation", "-l_FoundationICU",
      "-l_FoundationCShims", "-l_FoundationCollections", "-lstdc++",
    ])
  ]

nonisolated(unsafe) var floors: [String: Floor] = [:]

func module(
  _ name: String, on floor: Floor, uses below: [String] = [],
  outside: [Target.Dependency] = [], program: Bool = false
) -> Target {
  for lower in below {
    guard let found = floors[lower] else {
      fatalError("\(name): \(lower) must be declared on a lower floor first")
    }
    guard found.rawValue < floor.rawValue else {
      fatalError(
        "\(name) (floor \(floor.rawValue)) may not lean on \(lower) (floor \(found.rawValue))")
    }
  }
  floors[name] = floor
  let dependencies = below.map { Target.Dependency.target(name: $0) } + outside
  let path = "\(floor.folder)/\(name)"
  return program
    ? .executableTarget(
      name: name, dependencies: dependencies, path: path, swiftSettings: settings,
      linkerSettings: linking)
    : .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func tests(
  _ name: String, of modules: [String], outside: [Target.Dependency] = []
) -> Target {
  .testTarget(
    name: name, dependencies: modules.map { .target(name: $0) } + outside, path: "Tests/\(name)",
    swiftSettings: settings)
}

func harness(
  _ name: String, uses modules: [String], outside: [Target.Dependency] = []
) -> Target {
  .target(
    name: name, dependencies: modules.map { .target(name: $0) } + outside,
    path: "Jepsen-style/Sources/\(name)", swiftSettings: settings)
}

func harnessTests(_ name: String, of modules: [String]) -> Target {
  .testTarget(
    name: name, dependencies: modules.map { .target(name: $0) },
    path: "Jepsen-style/Tests/\(name)", swiftSettings: settings)
}

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
]
let concurrency: [Target.Dependency] = [
  .product(name: "NIOConcurrencyHelpers", package: "swift-nio")
]
let http: [Target.Dependency] = nio + [.product(name: "NIOHTTP1", package: "swift-nio")]
let embedded: [Target.Dependency] = [.product(name: "NIOEmbedded", package: "swift-nio")]
let log: [Target.Dependency] = [.product(name: "Logging", package: "swift-log")]
let system: [Target.Dependency] = [.product(name: "SystemPackage", package: "swift-system")]
let arguments: [Target.Dependency] = [
  .product(name: "ArgumentParser", package: "swift-argument-parser")
]
let daemon: [Target.Dependency] = [
  .product(name: "Configuration", package: "swift-configuration"),
  .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
  .product(name: "UnixSignals", package: "swift-service-lifecycle"),
  .product(name: "Yams", package: "Yams"),
]

let vocabulary = ["RaftTypes", "Determinism", "BinaryCodec"]

let package = Package(
  name: "quoin",
  products: [
    .library(name: "RaftCore", targets: ["RaftCore", "RaftTypes", "Determinism", "BinaryCodec"]),
    .library(name: "WriteAheadLog", targets: ["WriteAheadLog", "EntryFormat"]),
    .library(name: "KeyValueStore", targets: ["KeyValueStore", "ClientProtocol"]),
    .library(name: "KeyValueClient", targets: ["KeyValueClient"]),
    // What Tests/Benchmarks measures beyond these.
    .library(name: "Parts", targets: ["JSONText", "PeerProtocol", "PosixStorage"]),
    .executable(name: "kvnode", targets: ["kvnode"]),
    .executable(name: "kvctl", targets: ["kvctl"]),
    .executable(name: "vipguard", targets: ["vipguard"]),
    .executable(name: "faultlab", targets: ["faultlab"]),
    .library(
      name: "FaultHarness",
      targets: ["Faults", "Histories", "Properties", "SimulatedWorld", "SmallWorlds"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(
      url: "https://github.com/apple/swift-configuration", from: "1.4.0",
      traits: ["YAML", "CommandLineArguments"]),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: [
    // 0 Ground
    .systemLibrary(
      name: "CLZ4", path: "Sources/0-Ground/CLZ4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(name: "CPrefetch", path: "Sources/0-Ground/CPrefetch"),
    .target(name: "CChecksum", path: "Sources/0-Ground/CChecksum"),
    .target(name: "CProcess", path: "Sources/0-Ground/CProcess"),
    .target(
      name: "CHeap", path: "Sources/0-Ground/CHeap",
      linkerSettings: [.linkedLibrary("jemalloc")]),
    module("Determinism", on: .ground),
    module("BinaryCodec", on: .ground, outside: ["CLZ4", "CChecksum"]),
    module("JSONText", on: .ground),
    // 1 Vocabulary
    module("RaftTypes", on: .vocabulary, uses: ["BinaryCodec", "Determinism"]),
    module("NetworkTypes", on: .vocabulary),
    // 2 Consensus
    module("ClientProtocol", on: .consensus, uses: vocabulary),
    module("EntryFormat", on: .consensus, uses: vocabulary),
    module("RaftCore", on: .consensus, uses: vocabulary),
    // 3 Parts
    module("WriteAheadLog", on: .parts, uses: vocabulary + ["EntryFormat"]),
    module(
      "KeyValueStore", on: .parts, uses: vocabulary + ["ClientProtocol"], outside: ["CPrefetch"]),
    module(
      "PeerProtocol", on: .parts,
      uses: vocabulary + ["NetworkTypes", "ClientProtocol", "EntryFormat"]),
    module("VirtualIP", on: .parts, uses: vocabulary + ["NetworkTypes", "ClientProtocol"]),
    module("GuardProtocol", on: .parts, uses: vocabulary + ["NetworkTypes"]),
    // 4 Replica
    module(
      "Replica", on: .replica,
      uses: vocabulary + [
        "ClientProtocol", "EntryFormat", "RaftCore", "WriteAheadLog", "KeyValueStore",
        "PeerProtocol", "NetworkTypes", "VirtualIP",
      ]),
    // 5 World
    module("PosixStorage", on: .world, uses: vocabulary + ["WriteAheadLog"], outside: system),
    module(
      "PeerSockets", on: .world, uses: vocabulary + ["PeerProtocol"], outside: nio + log),
    module(
      "NodeRuntime", on: .world,
      uses: vocabulary + [
        "ClientProtocol", "EntryFormat", "RaftCore", "WriteAheadLog", "KeyValueStore",
        "PeerProtocol", "VirtualIP", "Replica",
      ], outside: nio + concurrency + log + ["CProcess"]),
    module("LineOutput", on: .world, outside: ["CProcess"]),
    module(
      "LinuxNetwork", on: .world, uses: ["Determinism", "NetworkTypes"]),
    // 6 Interfaces
    module(
      "HTTPAPI", on: .interfaces, uses: vocabulary + ["ClientProtocol", "JSONText"],
      outside: nio),
    module(
      "KeyValueClient", on: .interfaces, uses: vocabulary + ["ClientProtocol", "JSONText"],
      outside: http),
    // 7 Programs
    module(
      "kvnode", on: .programs,
      uses: vocabulary + [
        "ClientProtocol", "EntryFormat", "WriteAheadLog", "KeyValueStore", "PeerProtocol",
        "NetworkTypes", "VirtualIP", "GuardProtocol", "RaftCore", "Replica", "PosixStorage",
        "PeerSockets", "NodeRuntime", "LineOutput", "HTTPAPI",
      ], outside: http + log + daemon + ["CProcess", "CHeap"], program: true),
    module(
      "kvctl", on: .programs,
      uses: vocabulary + [
        "ClientProtocol", "EntryFormat", "JSONText", "NetworkTypes", "GuardProtocol",
        "WriteAheadLog", "KeyValueStore", "Replica", "PosixStorage", "LinuxNetwork",
        "KeyValueClient",
      ], outside: arguments + http + system + ["CProcess"], program: true),
    module(
      "vipguard", on: .programs,
      uses: vocabulary + ["NetworkTypes", "GuardProtocol", "LinuxNetwork", "LineOutput"],
      outside: ["CProcess"], program: true),
    // Beside the house: the harness for fault injection. Nothing in Sources imports it.
    harness("Histories", uses: ["JSONText"]),
    harness("Properties", uses: ["Histories"]),
    harness("Faults", uses: ["Determinism", "RaftTypes"]),
    harness("SmallWorlds", uses: ["Determinism", "RaftTypes", "RaftCore"]),
    harness(
      "SimulatedWorld",
      uses: vocabulary + [
        "ClientProtocol", "EntryFormat", "RaftCore", "WriteAheadLog", "KeyValueStore",
        "PeerProtocol", "NetworkTypes", "VirtualIP", "Replica", "Faults", "Histories",
        "Properties",
      ]),
    harness(
      "LiveCluster",
      uses: vocabulary + [
        "ClientProtocol", "EntryFormat", "JSONText", "WriteAheadLog", "PosixStorage",
        "KeyValueClient", "Faults", "Histories", "Properties",
      ], outside: [.product(name: "NIOPosix", package: "swift-nio")]),
    harness("Mutants", uses: []),
    .executableTarget(
      name: "MutantHost", dependencies: ["Faults", "SimulatedWorld"],
      path: "Jepsen-style/Sources/MutantHost", swiftSettings: settings),
    .executableTarget(
      name: "faultlab",
      dependencies: [
        "Faults", "Histories", "LiveCluster", "Mutants", "Properties", "SimulatedWorld",
        "SmallWorlds",
      ] + arguments,
      path: "Jepsen-style/Sources/faultlab", swiftSettings: settings),
    // What a request costs, in instructions: scripts/instructions runs it.
    .executableTarget(
      name: "RequestCost",
      dependencies: (vocabulary + [
        "ClientProtocol", "KeyValueStore", "WriteAheadLog", "PeerProtocol", "RaftCore", "Replica",
        "HTTPAPI",
      ]).map { .target(name: $0) } + nio + embedded + arguments + system,
      path: "Tests/RequestCost", exclude: ["baseline.txt"], swiftSettings: settings),
    // Tests
    tests("HouseTests", of: []),
    tests("VocabularyTests", of: vocabulary + ["EntryFormat"]),
    tests("JSONTextTests", of: ["Determinism", "JSONText"]),
    tests("ClientProtocolTests", of: vocabulary + ["ClientProtocol"]),
    tests("RaftCoreTests", of: vocabulary + ["RaftCore"]),
    tests("WriteAheadLogTests", of: vocabulary + ["EntryFormat", "WriteAheadLog"]),
    tests("KeyValueStoreTests", of: vocabulary + ["ClientProtocol", "KeyValueStore"]),
    tests(
      "PeerProtocolTests", of: vocabulary + ["NetworkTypes", "EntryFormat", "PeerProtocol"]),
    tests("NetworkTypesTests", of: ["Determinism", "NetworkTypes"]),
    tests("VirtualIPTests", of: vocabulary + ["NetworkTypes", "ClientProtocol", "VirtualIP"]),
    tests("GuardProtocolTests", of: vocabulary + ["NetworkTypes", "GuardProtocol"]),
    tests("LineOutputTests", of: ["LineOutput"]),
    tests("LinuxNetworkTests", of: ["Determinism", "NetworkTypes", "LinuxNetwork"]),
    tests(
      "vipguardTests",
      of: vocabulary + ["NetworkTypes", "GuardProtocol", "LinuxNetwork", "vipguard"],
      outside: ["CProcess"]),
    tests(
      "ReplicaTests",
      of: vocabulary + [
        "ClientProtocol", "KeyValueStore", "PeerProtocol", "RaftCore", "NetworkTypes",
        "VirtualIP", "Replica",
      ]),
    tests("PosixStorageTests", of: vocabulary + ["WriteAheadLog", "PosixStorage"]),
    tests(
      "PeerSocketsTests", of: vocabulary + ["PeerProtocol", "PeerSockets"], outside: nio + log),
    tests(
      "HTTPAPITests", of: vocabulary + ["ClientProtocol", "JSONText", "HTTPAPI"],
      outside: http + embedded),
    .target(
      name: "ServedStore",
      dependencies: vocabulary.map { .target(name: $0) }
        + ["ClientProtocol", "KeyValueStore", "HTTPAPI"] + nio,
      path: "Tests/ServedStore", swiftSettings: settings),
    tests(
      "KeyValueClientTests",
      of: vocabulary + ["ClientProtocol", "KeyValueClient", "ServedStore"], outside: nio),
    tests(
      "kvctlTests",
      of: vocabulary + [
        "ClientProtocol", "EntryFormat", "WriteAheadLog", "KeyValueStore", "NetworkTypes",
        "PosixStorage", "KeyValueClient", "kvctl", "ServedStore",
      ]),
    tests(
      "NodeRuntimeTests",
      of: vocabulary + [
        "ClientProtocol", "KeyValueStore", "RaftCore", "WriteAheadLog", "Replica", "PosixStorage",
        "NodeRuntime",
      ], outside: concurrency + log),
    tests(
      "kvnodeTests",
      of: vocabulary + [
        "ClientProtocol", "RaftCore", "NetworkTypes", "VirtualIP", "GuardProtocol", "Replica",
        "HTTPAPI", "kvnode",
      ],
      outside: nio + log),
    tests(
      "EndToEndTests",
      of: vocabulary + [
        "ClientProtocol", "JSONText", "WriteAheadLog", "PosixStorage", "KeyValueClient",
        "Histories", "Properties", "kvnode", "kvctl",
      ]),
    tests("RequestCostTests", of: ["RequestCost"]),
    harnessTests("HistoriesTests", of: ["Determinism", "Histories"]),
    harnessTests(
      "LiveClusterTests",
      of: vocabulary + [
        "ClientProtocol", "Faults", "Histories", "Properties", "LiveCluster", "kvnode", "faultlab",
      ]),
    harnessTests(
      "SimulatedWorldTests",
      of: vocabulary + [
        "ClientProtocol", "WriteAheadLog", "Faults", "Histories", "Properties", "SimulatedWorld",
      ]),
    harnessTests("MutantsTests", of: ["Mutants"]),
    harnessTests("SmallWorldsTests", of: ["SmallWorlds"]),
    harnessTests("MachineLabTests", of: vocabulary + ["Faults", "SimulatedWorld"]),
    harnessTests("PropertiesTests", of: ["Determinism", "Histories", "Properties"]),
  ]
)
