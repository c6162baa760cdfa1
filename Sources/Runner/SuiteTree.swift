import Foundation
import Fstests
import GuestImage
import HostProcess
import Kselftest
import SystemPackage
import TestPlan

/// The built trees that a plan's suites run, as images for its guests.
struct SuiteTree {
    /// The image; nil if no suite of the plan wants one, or there is none.
    var image: FilePath?
    /// The steps that have nothing to run, by their number from 1, and why.
    var absent: [Int: String] = [:]

    /// What names fstests' tree where the plan does not.
    static let variable = "VMHARNESS_FSTESTS"

    /// None.
    init() {}

    /// Finds, builds and packs the trees.
    ///
    /// - Parameters:
    ///   - plan: whose suites they are.
    ///   - kernel: the cell's, for selftests that are built from its source.
    ///   - cache: where images are kept.
    ///   - progress: gets a line for each thing that takes time.
    /// - Throws: `Failure` for a tree that is none, is not there though the plan cannot do without, or is the second.
    init(
        for plan: TestPlan, on kernel: Kernel, cache: Cache, progress: @Sendable @escaping (String) -> Void
    ) async throws {
        var found: String?
        for (index, step) in plan.steps.enumerated() {
            guard let wanted = try Self.tree(of: step) else { continue }
            if case .absent(let reason) = wanted {
                absent[index + 1] = reason
                continue
            }
            guard found == nil || found == wanted.name else {
                throw Failure(
                    "a second tree in one plan", on: "\(step.location)", advice: "the first is \(found!)",
                    blame: .request)
            }
            let isKnown = found != nil
            found = wanted.name
            switch wanted {
            case .fstests(let path) where !isKnown:
                image = try await TreeImage(cache: cache).image(of: FilePath(path), purpose: FstestsTree.format) {
                    let tree = try FstestsTree(at: $0, name: path)
                    return TreeImage.Content(root: tree.root, files: tree.guestFiles)
                }
            case .kselftest(let path) where !isKnown:
                image = try await Self.image(ofSelftests: FilePath(path), wantedBy: plan, cache)
            case .kselftestOfKernel where !isKnown:
                let builder = SelftestBuilder(cache: cache, progress: progress)
                let built = try await builder.tree(of: Self.collections(of: plan), for: kernel)
                let hold = try cache.hold([built.removingLastComponent()])
                defer { hold.release() }
                image = try await Self.image(ofSelftests: built, wantedBy: plan, cache)
            default: break
            }
        }
    }

    /// The tree that a step runs.
    private enum Wanted {
        case fstests(String)
        case kselftest(String)
        /// Built from the source of the cell's kernel.
        case kselftestOfKernel
        /// None, and the plan can do without.
        case absent(String)

        /// Tells one from another.
        var name: String {
            switch self {
            case .fstests(let path): "fstests in \(path)"
            case .kselftest(let path): "selftests in \(path)"
            case .kselftestOfKernel: "selftests of the kernel's source"
            case .absent(let reason): reason
            }
        }
    }

    private static func tree(of step: PlanStep) throws -> Wanted? {
        switch step.action {
        case .kselftest(let request): return request.tree.map(Wanted.kselftest) ?? .kselftestOfKernel
        case .fstests(let request):
            let named = ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
            if let path = request.tree ?? named { return .fstests(path) }
            guard request.otherwise == .skip else {
                throw Failure(
                    "the plan runs fstests, and there is no tree of it", on: "\(step.location)",
                    advice: "name a built one with \(variable), or with `tree` in the plan", blame: .request)
            }
            return .absent("no tree of fstests: name a built one with \(variable)")
        default: return nil
        }
    }

    /// The image of installed selftests, once they have what the plan asks for.
    private static func image(ofSelftests path: FilePath, wantedBy plan: TestPlan, _ cache: Cache) async throws
        -> FilePath
    {
        try await TreeImage(cache: cache).image(of: path, purpose: KselftestTree.format) { root in
            let tree = try KselftestTree(at: root, name: path.string)
            for case .kselftest(let request) in plan.steps.map(\.action) { _ = try tree.list.selection(request) }
            return TreeImage.Content(root: tree.root)
        }
    }

    /// All collections that the plan's steps want built.
    private static func collections(of plan: TestPlan) -> [String] {
        let names = plan.steps.flatMap { step -> [String] in
            guard case .kselftest(let request) = step.action else { return [] }
            return request.collections + request.tests.map { String($0.prefix { $0 != ":" }) }
        }
        return Set(names).sorted()
    }

    /// Why a plan has nothing to test at all: every step that would is absent.
    func lack(of plan: TestPlan) -> String? {
        let tests = plan.steps.enumerated().filter { $0.element.isCase }
        guard !tests.isEmpty, tests.allSatisfy({ absent[$0.offset + 1] != nil }) else { return nil }
        return absent[tests[0].offset + 1]
    }
}
