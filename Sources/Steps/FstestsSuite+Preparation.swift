import Foundation
import Fstests
import HostProcess
import RemoteShell
import SystemPackage
import TestPlan

extension FstestsSuite {
    /// For each part of the preparation, on a busy host.
    static let preparationLimit = Duration.seconds(600)

    /// Mounts tree and results, looks for all that is needed, writes the configurations and lists the cases.
    public func prepare(in context: StepContext) async throws -> [SuiteCase] {
        try await stage(in: context)
        let look = Preflight(request.sections)
        let answer = try look.read(
            try await context.shell.run(
                "\(announcement)\n\(look.script)", outputLimit: 1 << 20, timeout: Self.preparationLimit
            ).text)
        let nodes = try await nodes(in: context)
        let lists = try await groupLists(in: context)
        var cases: [SuiteCase] = []
        for section in request.sections {
            let names = section.devices.mapValues { $0.map { nodes[$0] ?? $0 } }
            let configuration = try CheckConfiguration(section, nodes: names, kernel: answer.kernel)
            try await write(configuration.text, to: FstestsSession.configuration(section), in: context)
            try await write(configuration.preparation, to: FstestsSession.preparation(section), in: context)
            let selection = try CaseSelection(request, on: section.filesystem, groupLists: lists)
            let prefix = prefix(of: section)
            cases += selection.cases.map { SuiteCase(name: prefix + $0) }
            cases += selection.excluded.map { SuiteCase(name: prefix + $0, skip: "left out by the plan's `exclude`") }
        }
        try await write(answer.notices.map { "\($0)\n" }.joined(), to: FstestsSession.notices, in: context)
        return cases
    }

    /// Mounts the disks, and makes the directory in which `check` runs and its `logger`.
    private func stage(in context: StepContext) async throws {
        let script = """
            \(announcement)
            set -e
            \(SuiteDisk.staging)
            stage \(SuiteDisk.tree) \(GuestPlace.tree) ro
            stage \(SuiteDisk.results) \(GuestPlace.results) sync,noatime
            mkdir -p \(GuestPlace.resultBase) \(GuestPlace.run)/bin
            rm -rf \(GuestPlace.work)
            mkdir -p \(GuestPlace.work)
            for entry in \(GuestPlace.tree)/*; do
                case "$entry" in
                # A case with several good outputs links the one that counts beside itself (_link_out_file).
                */tests) cp -rs "$entry" \(GuestPlace.work)/ ;;
                *) ln -s "$entry" \(GuestPlace.work)/ ;;
                esac
            done
            [ -p \(FstestsSession.gate) ] || mkfifo \(FstestsSession.gate)
            cat >\(GuestPlace.run)/bin/logger <<'EOF'
            \(FstestsSession.logger)
            EOF
            chmod 755 \(GuestPlace.run)/bin/logger
            """
        try await context.shell.check(
            script, purpose: "mount the tree and the results of fstests", timeout: Self.preparationLimit)
    }

    /// The real node of each disk that a section names; fstests compares it with what the kernel says is mounted.
    private func nodes(in context: StepContext) async throws -> [String: String] {
        let disks = Set(request.sections.filter { $0.filesystem != .virtiofs }.flatMap { $0.devices.values.joined() })
        guard !disks.isEmpty else { return [:] }
        let script = """
            for name in \(GuestWord.quoted(disks.sorted())); do
                node=$(readlink -e "/dev/vmharness/$name") && [ -b "$node" ] && echo "$name $node" || echo "$name"
            done
            """
        let answer = try await context.shell.run(script, timeout: .seconds(60)).text
        var nodes: [String: String] = [:]
        for line in answer.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words.count == 2 { nodes[words[0]] = words[1] }
        }
        let missing = disks.subtracting(nodes.keys).sorted()
        guard missing.isEmpty else {
            throw Failure(
                "the guest has no disk of this name", on: missing.joined(separator: ", "),
                advice: "declare it under `devices`", blame: .request)
        }
        return nodes
    }

    private func write(_ text: String, to path: String, in context: StepContext) async throws {
        try await context.shell.check(
            "cat >\(GuestWord.quoted(path))", purpose: "write \(path) in the guest", input: Array(text.utf8))
    }

    /// The tree's `group.list` files, by directory.
    private func groupLists(in context: StepContext) async throws -> [String: String] {
        let script = """
            \(announcement)
            cd \(GuestPlace.tree)/tests
            for file in */group.list; do echo "@list ${file%/*}"; cat "$file"; done
            """
        let result = try await context.shell.check(
            script, purpose: "read the tree's groups", outputLimit: 16 << 20, timeout: Self.preparationLimit)
        var lists: [String: String] = [:]
        var directory = ""
        for line in result.text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("@list ") {
                directory = String(line.dropFirst(6))
            } else {
                lists[directory, default: ""] += line + "\n"
            }
        }
        return lists
    }
}
