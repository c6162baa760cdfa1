import Foundation

/// The checkout these tests were compiled from: `testplans/` is no resource of the library, but stands beside it.
let repositoryRoot: String = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent()
    .path
