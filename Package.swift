// swift-tools-version: 6.2
import PackageDescription

// Every target is compiled in Swift 6 language mode; a warning is an error.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
    // Exclusive access to memory is checked at run time in debug builds, in which the tests run. Deployed, the checks would be a
    // twelfth of our own part in taking an alert.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

// What the simulations run for most of their time is optimised in debug builds as well.
let quick: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

// The modules that touch C also have every unsafe use marked.
let strictAtTheEdge: [SwiftSetting] = strict + [.strictMemorySafety()]

// The order of this list is the order in which modules may import: each one only from those above it.
// `TidyTests` holds it.
let package = Package(
    name: "itp",
    products: [.executable(name: "itp", targets: ["itp"])],
    targets: [
        .systemLibrary(name: "CPlatform"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CGMime", providers: [.apt(["libgmime-3.0-dev"])]),

        // The core: no file descriptor, no thread, no clock, no Foundation.
        .target(name: "Formats", swiftSettings: strict + quick),
        .target(name: "Events", dependencies: ["Formats"], swiftSettings: strict + quick),
        .target(name: "Settings", dependencies: ["Formats", "Events"], swiftSettings: strict),
        .target(name: "Mapping", dependencies: ["Formats", "Events", "Settings"], swiftSettings: strict),
        .target(
            name: "Decisions", dependencies: ["Formats", "Events", "Settings", "Mapping"], swiftSettings: strict + quick
        ),
        .target(name: "Vendors", dependencies: ["Formats", "Events", "Settings"], swiftSettings: strict),

        // The shell.
        .target(
            name: "Platform",
            dependencies: ["Formats", "Events", "CPlatform", "CCurl", "CPCRE2", "CGMime", "CZlib", "COpenSSL"],
            swiftSettings: strictAtTheEdge),
        .target(
            name: "HTTPServer", dependencies: ["Formats", "Events", "Platform", "CPlatform"],
            swiftSettings: strictAtTheEdge),
        .target(
            name: "Storage", dependencies: ["Formats", "Events", "Decisions", "Platform", "CPlatform", "CSQLite"],
            swiftSettings: strictAtTheEdge + quick),
        .target(
            name: "Service",
            dependencies: [
                "Formats", "Events", "Settings", "Mapping", "Decisions", "Vendors", "Platform", "HTTPServer", "Storage",
            ],
            swiftSettings: strict),
        .target(
            name: "Sandbox", dependencies: ["Formats", "Events", "Platform", "HTTPServer"],
            swiftSettings: strict),
        .executableTarget(
            name: "itp",
            dependencies: [
                "Formats", "Events", "Settings", "Mapping", "Decisions", "Vendors", "Platform", "Storage", "Service",
                "Sandbox",
            ],
            swiftSettings: strict),

        // Tests, a target a module.
        .target(
            name: "TestSupport", dependencies: ["Events", "Formats", "Platform"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .testTarget(
            name: "StorageTests",
            dependencies: ["Events", "Formats", "Decisions", "Platform", "Storage", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "PlatformTests", dependencies: ["Formats", "Events", "Platform", "CPlatform", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "FormatsTests", dependencies: ["Formats", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "EventsTests", dependencies: ["Formats", "Events", "Platform", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "SettingsTests", dependencies: ["Formats", "Events", "Settings", "Platform"], swiftSettings: strict),
        .testTarget(
            name: "MappingTests",
            dependencies: ["Formats", "Events", "Settings", "Mapping", "Platform", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "DecisionsTests",
            dependencies: ["Formats", "Events", "Settings", "Mapping", "Decisions", "Platform", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "VendorsTests",
            dependencies: ["Formats", "Events", "Settings", "Vendors", "Platform", "Sandbox", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "HTTPServerTests", dependencies: ["Formats", "Events", "Platform", "HTTPServer", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "SandboxTests", dependencies: ["Formats", "Platform", "HTTPServer", "Sandbox"], swiftSettings: strict),
        .testTarget(
            name: "ServiceTests",
            dependencies: [
                "Formats", "Events", "Settings", "Mapping", "Decisions", "Vendors", "Platform", "HTTPServer", "Storage",
                "Service", "Sandbox", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests", dependencies: ["Formats", "Platform", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Formats", "Events", "Settings", "Mapping", "Decisions", "Vendors", "Platform", "Storage", "Service",
                "Sandbox", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(name: "TidyTests", dependencies: ["Platform"], swiftSettings: strict),
    ]
)
