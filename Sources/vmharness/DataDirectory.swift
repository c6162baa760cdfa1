import ArgumentParser
import Foundation
import HostProcess
import SystemPackage
import TestPlan

/// Where `images/`, `guests/` and `testplans/` lie: `--data`, else `VMHARNESS_DATA`, else
/// in or above the directory of the binary, as a checkout has it.
struct DataOptions: ParsableArguments {
    @Option(help: "Directory that holds images/, guests/ and testplans/.", completion: .directory)
    var data: String?

    func directory() throws -> FilePath {
        if let named = data ?? ProcessInfo.processInfo.environment["VMHARNESS_DATA"] {
            guard Self.isData(FilePath(named)) else {
                throw Failure(
                    "no images/ and testplans/ there", on: named, advice: "name a checkout of vmharness",
                    blame: .request)
            }
            return FilePath(named)
        }
        let own = try OwnProgram.path
        var path = own
        while path.removeLastComponent() {
            for candidate in [path, path.appending("share/vmharness")] where Self.isData(candidate) {
                return candidate
            }
        }
        throw Failure(
            "cannot find images/ and testplans/", on: own.string,
            advice: "name their directory with --data or VMHARNESS_DATA", blame: .request)
    }

    /// A plan by its name in `testplans/`, or by its directory or file.
    func plan(_ name: String, settings: [String: String] = [:]) throws -> TestPlan {
        if name.contains("/") || name.hasSuffix(".yaml") {
            var isDirectory: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: name, isDirectory: &isDirectory)
            let file = exists && isDirectory.boolValue ? name + "/" + PlanLibrary.fileName : name
            // Such a plan needs no data directory unless it extends a guest.
            return try TestPlan.read(file, settings: settings, guests: try? guests())
        }
        return try library().plan(named: name, settings: settings)
    }

    func library() throws -> PlanLibrary {
        PlanLibrary(directory: try directory().appending("testplans").string, guests: try guests())
    }

    func guests() throws -> GuestLibrary {
        GuestLibrary(directory: try directory().appending("guests").string)
    }

    private static func isData(_ path: FilePath) -> Bool {
        access(path.appending("images").string, R_OK) == 0 && access(path.appending("testplans").string, R_OK) == 0
    }
}
