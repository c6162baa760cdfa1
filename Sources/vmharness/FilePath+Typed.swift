import Foundation
import SystemPackage

extension FilePath {
    /// What was typed, absolute.
    init(fromHere typed: String) {
        self = FilePath(FileManager.default.currentDirectoryPath).pushing(FilePath(typed)).lexicallyNormalized()
    }
}
