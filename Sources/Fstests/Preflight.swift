import HostProcess
public import TestPlan

/// Looks whether a guest has what sections of fstests need, before anything runs: a missing quota tool makes `check`
/// skip a hundred cases without a word, and a missing library fails single ones.
public struct Preflight: Sendable {
    /// What must be there, each once, in order.
    public let requirements: [GuestRequirement]
    private let sections: [FstestsRequest.Section]

    /// A look for some sections.
    public init(_ sections: [FstestsRequest.Section]) {
        self.sections = sections
        var seen: Set<String> = []
        requirements = (GuestRequirement.common + sections.flatMap(GuestRequirement.of) + GuestRequirement.optional)
            .filter { seen.insert("\($0.kind.rawValue) \($0.name)").inserted }
    }

    /// The script for the guest's `sh`. The tree must be mounted at ``GuestPlace/tree``.
    public var script: String {
        func names(_ kind: GuestRequirement.Kind) -> String {
            requirements.filter { $0.kind == kind }.map { GuestWord.quoted($0.name) }.joined(separator: " ")
        }
        return """
            for name in \(names(.program)); do command -v "$name" >/dev/null || echo "@missing program $name"; done
            for name in \(names(.user)); do grep -q "^$name:" /etc/passwd || echo "@missing user $name"; done
            for name in \(names(.group)); do grep -q "^$name:" /etc/group || echo "@missing group $name"; done
            for name in \(names(.filesystem)); do
                modprobe -q "fs-$name" || modprobe -q "$name" || :
                grep -q "[[:space:]]$name\\$" /proc/filesystems || echo "@missing filesystem $name"
            done
            [ -e /dev/fd/0 ] || echo "@missing system /dev/fd"
            hostname -s >/dev/null 2>&1 || echo "@missing system a host name"
            [ -w /dev/kmsg ] || echo "@missing system /dev/kmsg"
            left=100
            while [ ! -S /run/udev/control ] && [ -x /usr/lib/systemd/systemd-udevd ] && [ $left -gt 0 ]; do
                sleep 0.1
                left=$((left - 1))
            done
            [ -S /run/udev/control ] || echo "@missing system udev"
            ldconfig -p | sed -n 's/^[[:space:]]*\\([^ ]*\\) (.*) => \\(.*\\)$/\\1 \\2/p' >/tmp/vmharness-libraries
            while read -r name versions; do
                path=
                while read -r soname file; do
                    [ "$soname" != "$name" ] || { path=$file; break; }
                done </tmp/vmharness-libraries
                [ -n "$path" ] || { echo "@missing library $name"; continue; }
                for version in $versions; do
                    grep -aqF "$version" "$path" || echo "@missing library $name of version $version"
                done
            done <\(GuestPlace.needs)
            rm -f /tmp/vmharness-libraries
            echo "@release $(uname -r)"
            echo "@done"
            """
    }

    /// What a guest answered.
    public struct Answer: Sendable, Hashable {
        /// The kernel's series.
        public var kernel: KernelSeries
        /// What only single cases need and is not there, a clause each.
        public var notices: [String]
    }

    /// Reads the answer of the script.
    ///
    /// - Throws: `Failure` with everything that is missing and what brings it.
    public func read(_ output: String) throws -> Answer {
        var missing: [GuestRequirement] = []
        var kernel: KernelSeries?
        var isDone = false
        for line in output.split(whereSeparator: \.isNewline) {
            if line == "@done" { isDone = true }
            if line.hasPrefix("@release ") { kernel = KernelSeries(release: String(line.dropFirst(9))) }
            let words = line.split(separator: " ", maxSplits: 2).map(String.init)
            guard words.count == 3, words[0] == "@missing", let kind = GuestRequirement.Kind(rawValue: words[1]) else {
                continue
            }
            let known = requirements.first { $0.kind == kind && $0.name == words[2] }
            missing.append(known ?? GuestRequirement(kind, words[2]))
        }
        guard isDone, let kernel else {
            throw Failure(
                "the look at what the guest has did not come to its end",
                on: output.split(whereSeparator: \.isNewline).last.map(String.init) ?? "no answer", advice: "")
        }
        let needed = missing.filter { !$0.isOptional }
        if !needed.isEmpty { throw failure(needed) }
        return Answer(
            kernel: kernel, notices: missing.map { "\($0.clause) is missing: cases that need it do not run" })
    }

    private func failure(_ missing: [GuestRequirement]) -> Failure {
        let filesystems = Set(sections.map(\.filesystem.rawValue)).sorted().joined(separator: ", ")
        let packages = Set(missing.compactMap(\.package)).sorted()
        let users = missing.filter { $0.kind == .user }.map(\.name)
        var advice: [String] = []
        if !packages.isEmpty { advice.append("add to `packages`: \(packages.joined(separator: ", "))") }
        if !users.isEmpty { advice.append("add to `users`: \(users.joined(separator: ", "))") }
        if missing.contains(where: { $0.kind == .library }) {
            advice.append("build the tree on the image's Debian suite, or add the libraries' packages")
        }
        if missing.contains(where: { $0.kind == .filesystem }) { advice.append("take a kernel with that file system") }
        if missing.contains(where: { $0.kind == .system && $0.name == "udev" }) {
            advice.append("add to `packages`: udev")
        }
        return Failure(
            "fstests on \(filesystems) needs what the guest has not: "
                + missing.map(\.clause).joined(separator: ", "),
            on: "the plan's image",
            advice: advice.joined(separator: "; ")
                + " in the image's definition (images/*.yaml), or take `image: fstests`",
            blame: .request)
    }
}

extension GuestRequirement {
    /// `xfs_io (xfsprogs)`, `user fsgqa`.
    var clause: String {
        switch kind {
        case .program: package.map { "\(name) (\($0))" } ?? name
        case .filesystem: "\(name) in the kernel"
        case .user, .group, .library: "\(kind.rawValue) \(name)"
        case .system: name
        }
    }
}
