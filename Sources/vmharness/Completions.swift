import ArgumentParser
import Foundation
import GuestImage
import Runner
import SystemPackage
import TestPlan

/// What the shell offers for words that only this machine knows. Nothing here starts, asks or writes anything: a person
/// waits with a finger on the tab key.
enum Completions {
    /// Names of plans, directories of plans, and files that could be one.
    static let plans = kind { request in
        let library = try? request.data().library()
        let names = (try? library?.names()) ?? []
        return names.map { .init($0, (try? library?.plan(named: $0))?.summary) }
            + request.paths { $0.hasSuffix(".yaml") }
    }

    /// Kernels in the cache, of the plans that are named, of Debian's releases, and on this machine.
    static let kernels = kind { request in
        for form in ["build:", "file:"] where request.prefix.hasPrefix(form) {
            return request.paths(behind: form) { _ in form == "file:" }
        }
        let cached = cachedKernels.map { Completion($0.name, "in the cache: \($0.release)") }
        let calibrated = request.namedPlans.flatMap { $0.calibration.fails + $0.calibration.passes }
            .map { Completion("\($0.kernel)", "the plan's calibration") }
        let others = [
            Completion("build:", "a tree you have built"), Completion("file:", "VMLINUZ,modules=DIR"),
            Completion("host", "the kernel of this machine"),
        ]
        let series = ["5.10", "6.1", "6.12", "7.2"].map { Completion("debian:\($0)", "the newest of the series") }
        return cached + calibrated + series + others
    }

    /// Kernels in the cache, by all the names that remove them.
    static let kernelsInCache = kind { _ in
        cachedKernels.flatMap { [Completion($0.name, $0.release), Completion($0.release, $0.version)] }
    }

    /// Mutations of the plans that are named.
    static let mutations = kind { request in
        request.namedPlans.flatMap(\.mutations).map { Completion($0.name) }
    }

    /// Parameters of the plans that are named, as `name=`, and behind that the values a plan runs with.
    static let settings = kind { request in
        request.namedPlans.flatMap(\.parameters).flatMap { parameter -> [Completion] in
            guard request.prefix.hasPrefix(parameter.name + "=") else {
                return [Completion(parameter.name + "=", parameter.summary)]
            }
            return (parameter.values + [parameter.defaultValue]).map { Completion("\(parameter.name)=\($0)") }
        }
    }

    /// The latest runs that have their directories where runs go by default, and directories.
    static let runs = kind { request in
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: RunDirectory.standardParent.string)) ?? []
        // Their ids begin with the time.
        let latest = entries.filter { !$0.hasPrefix(".") }.sorted(by: >).prefix(20)
        return ["last", "latest", "previous"].map { Completion($0) } + latest.map { Completion($0) }
            + request.paths { _ in false }
    }

    /// Definitions of images.
    static let images = kind { request in
        guard let definitions = try? request.data().directory().appending("images") else { return [] }
        return ImageStore(cache: .standard(), definitions: definitions).definitions().map { Completion($0) }
    }

    private static var cachedKernels: [Kernel] { (try? KernelStore(cache: .standard()).list()) ?? [] }

    private static func kind(_ offer: @Sendable @escaping (CompletionRequest) -> [Completion]) -> CompletionKind {
        .custom { words, index, prefix in
            let request = CompletionRequest(words: words, index: index, prefix: prefix)
            var offered = Set<String>()
            return offer(request)
                .filter { $0.word.hasPrefix(prefix) && offered.insert($0.word).inserted }
                .compactMap { $0.text(for: .requesting) }
        }
    }
}
