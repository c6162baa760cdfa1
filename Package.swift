// swift-tools-version: 6.2
import PackageDescription

// The rooms of docs/architecture.md, floor by floor. A target may import only
// what stands below it: data goes plan → cell → guest → steps and console →
// findings → verdict → record, and never back up.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "vmharness",
    products: [
        .executable(name: "vmharness", targets: ["vmharness"]),
        .library(name: "KernelLog", targets: ["KernelLog"]),
    ],
    traits: [
        .default(enabledTraits: ["Libvirt"]),
        .trait(name: "Libvirt", description: "Guests by libvirt's C API; needs libvirt-dev."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // MARK: Floor 0
        .target(name: "HostProcess", dependencies: [subprocess, system], swiftSettings: settings),
        .target(name: "KernelLog", swiftSettings: settings),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CLibvirt", pkgConfig: "libvirt-qemu", providers: [.apt(["libvirt-dev"])]),
        .target(
            name: "Libvirt", dependencies: [.target(name: "CLibvirt", condition: .when(traits: ["Libvirt"]))],
            swiftSettings: settings),
        .target(name: "RunRecord", dependencies: ["KernelLog"], swiftSettings: settings),
        .target(name: "TestPlan", dependencies: [yams], swiftSettings: settings),

        // MARK: Floor 1
        .target(
            name: "Fstests", dependencies: ["HostProcess", "RunRecord", "TestPlan", system], swiftSettings: settings),
        .target(
            name: "GuestImage", dependencies: ["HostProcess", "TestPlan", system, yams], swiftSettings: settings),
        .target(name: "Kselftest", dependencies: ["HostProcess", "TestPlan", system], swiftSettings: settings),
        .target(name: "Lab", dependencies: ["HostProcess", system], swiftSettings: settings),
        .target(
            name: "Machine", dependencies: ["CLinux", "HostProcess", "Libvirt", nioCore, nioPosix, system],
            swiftSettings: settings),
        .target(name: "RemoteShell", dependencies: ["HostProcess", system], swiftSettings: settings),
        .target(
            name: "ResultStore", dependencies: ["HostProcess", "RunRecord", "TestPlan", grdb, system],
            swiftSettings: settings),
        .target(name: "Symbolizer", dependencies: ["HostProcess", "KernelLog", system], swiftSettings: settings),

        // MARK: Floor 2
        .target(
            name: "Steps",
            dependencies: [
                "Fstests", "HostProcess", "KernelLog", "Kselftest", "RemoteShell", "RunRecord", "TestPlan", system,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Runner",
            dependencies: [
                "Fstests", "GuestImage", "HostProcess", "KernelLog", "Kselftest", "Lab", "Machine", "RemoteShell",
                "RunRecord", "Steps", "Symbolizer", "TestPlan", system,
            ],
            swiftSettings: settings
        ),

        // MARK: Floor 3
        .executableTarget(name: "vmharness-keeper", dependencies: ["HostProcess"], swiftSettings: settings),
        .executableTarget(name: "vmharness-qemu", swiftSettings: settings),
        .executableTarget(
            name: "vmharness",
            dependencies: [
                "GuestImage", "HostProcess", "KernelLog", "Lab", "Libvirt", "Machine", "RemoteShell", "ResultStore",
                "RunRecord", "Runner", "Steps", "Symbolizer", "TestPlan", "vmharness-keeper", "vmharness-qemu",
                argumentParser, system,
            ],
            swiftSettings: settings
        ),

        // MARK: Tests, one folder a target
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(
            name: "CommandLineTests",
            dependencies: ["HostProcess", "RunRecord", "Runner", "TestSupport", "vmharness", argumentParser, system],
            swiftSettings: settings),
        .testTarget(
            name: "FstestsTests", dependencies: ["Fstests", "HostProcess", "RunRecord", "TestPlan", system],
            exclude: ["Fixtures"], swiftSettings: settings),
        .testTarget(
            name: "GuestImageTests", dependencies: ["GuestImage", "HostProcess", "TestPlan", system],
            swiftSettings: settings),
        .testTarget(
            name: "HostProcessTests", dependencies: ["HostProcess", "TestSupport", "vmharness-keeper", system],
            swiftSettings: settings
        ),
        .testTarget(
            name: "KernelLogTests", dependencies: ["KernelLog"], exclude: ["Fixtures"], swiftSettings: settings),
        .testTarget(
            name: "KselftestTests", dependencies: ["HostProcess", "Kselftest", "TestPlan", system],
            swiftSettings: settings),
        .testTarget(
            name: "LabTests", dependencies: ["HostProcess", "Lab", "TestSupport", system], swiftSettings: settings),
        .testTarget(
            name: "MachineTests", dependencies: ["HostProcess", "Libvirt", "Machine", "TestSupport", system],
            swiftSettings: settings),
        .testTarget(
            name: "ResultStoreTests",
            dependencies: [
                "HostProcess", "KernelLog", "ResultStore", "RunRecord", "TestPlan", "vmharness", grdb, system,
            ],
            exclude: ["Fixtures"], swiftSettings: settings),
        .testTarget(name: "RunRecordTests", dependencies: ["KernelLog", "RunRecord"], swiftSettings: settings),
        .testTarget(
            name: "RunnerTests",
            dependencies: [
                "HostProcess", "KernelLog", "Machine", "RunRecord", "Runner", "Steps", "Symbolizer", "TestPlan", system,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "StepsTests",
            dependencies: [
                "Fstests", "GuestImage", "HostProcess", "Kselftest", "Machine", "RemoteShell", "RunRecord", "Steps",
                "TestPlan", "TestSupport", system,
            ],
            exclude: ["Fixtures"],
            swiftSettings: settings),
        .testTarget(
            name: "SymbolizerTests", dependencies: ["HostProcess", "KernelLog", "Symbolizer", system],
            swiftSettings: settings),
        .testTarget(name: "TestPlanTests", dependencies: ["TestPlan"], swiftSettings: settings),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["GuestImage", "HostProcess", "RunRecord", "TestSupport", "vmharness", system, yams],
            exclude: ["Daemons", "Plans"], swiftSettings: settings),
    ]
)
