import Foundation
import HostProcess
import RemoteShell
import SystemPackage
import TestPlan

/// `pmem.save`: keeps what persistent memory holds, with its labels, in a file beside the one behind it.
///
/// In a guest that takes another's place, what the first one kept is brought back instead: the steps between were
/// perhaps not done again, and a golden image is made once.
func savePmem(_ name: String, _ timeout: Duration, in context: StepContext) async throws -> StepResult {
    try await withDisabledPmem(name, "save", timeout, in: context) { file, saved, isOwn in
        if access(saved.string, F_OK) == 0, !isOwn {
            try await restore(file, from: saved, timeout)
            return "as an earlier guest of the cell saved it"
        }
        try await copy(file, to: saved, timeout)
        return "saved"
    }
}

/// `pmem.restore`: brings back what `pmem.save` kept.
func restorePmem(_ name: String, _ timeout: Duration, in context: StepContext) async throws -> StepResult {
    try await withDisabledPmem(name, "restore", timeout, in: context) { file, saved, _ in
        try await restore(file, from: saved, timeout)
        return "restored"
    }
}

/// Takes the device from the guest's kernel while `body` has the file, and gives it back: the kernel then reads its
/// labels and info blocks anew.
///
/// - Parameter body: gets the file behind it, the file that keeps it, and whether this guest has saved it itself. What it
///   returns stands in the step's output.
private func withDisabledPmem(
    _ name: String, _ verb: String, _ timeout: Duration, in context: StepContext,
    _ body: (_ file: FilePath, _ saved: FilePath, _ isOwn: Bool) async throws -> String
) async throws -> StepResult {
    guard let place = context.pmem[name], let file = place.file else {
        return StepResult(.broken(reason: "'\(name)' has no file on the host to \(verb)"))
    }
    let script = PmemScript(name: name, place: place)
    let mark = GuestWord.quoted("/run/vmharness/saved-\(name)")
    let common = "\(script.head)\n\(script.finding)\n\(PmemScript.namespace)\n\(PmemScript.node)\n\(PmemScript.idle)"
    let down = """
        \(announcement)
        \(common)
        idle
        [ -n "$mode" ] || die "it has no namespace"
        rm -f "$link"
        put "$region" "$drivers/nd_region/unbind"
        # The labels are read by the driver of the DIMM.
        [ -z "$dimm" ] || [ ! -e "$nd/$dimm/driver" ] || put "$dimm" "$drivers/nvdimm/unbind"
        sync
        echo "@mode $mode"
        echo "@region $region"
        echo "@dimm $dimm"
        [ ! -e \(mark) ] || echo "@own yes"
        """
    let taken = try await context.shell.run(down, timeout: timeout)
    guard taken.status == 0 else {
        let reason = try await pmemTrouble(taken, in: context)
        return StepResult(.broken(reason: "cannot \(verb) '\(name)': \(reason)"), output: taken.transcript)
    }
    let lines = taken.text.split(whereSeparator: \.isNewline)
    func value(_ key: String) -> String {
        lines.last { $0.hasPrefix("@\(key) ") }.map { String($0.dropFirst(key.count + 2)) } ?? ""
    }
    let outcome: Result<String, any Error>
    do {
        outcome = .success(try await body(file, FilePath(file.string + ".saved"), value("own") == "yes"))
    } catch {
        try Task.checkCancellation()
        outcome = .failure(error)
    }
    // Given back even if the copy failed: later steps then tell of what they find.
    let up = """
        \(script.head)
        region=\(GuestWord.quoted(value("region"))) dimm=\(GuestWord.quoted(value("dimm")))
        \(PmemScript.namespace)
        \(PmemScript.node)
        [ -z "$dimm" ] || put "$dimm" "$drivers/nvdimm/bind"
        put "$region" "$drivers/nd_region/bind"
        for file in $nd/ndbus*/wait_probe; do get "$file"; done
        settle \(GuestWord.quoted(value("mode")))
        mkdir -p /run/vmharness && : >\(mark)
        """
    let given = try await context.shell.run(up, timeout: timeout)
    let words: String
    switch outcome {
    case .success(let text): words = text
    case .failure(let error): return StepResult(.broken(reason: "cannot \(verb) '\(name)': \(error)"))
    }
    guard given.status == 0 else {
        let reason = try await pmemTrouble(given, in: context)
        return StepResult(
            .broken(reason: "'\(name)' did not come back after the \(verb): \(reason)"), output: given.transcript)
    }
    return StepResult(.passed, output: "\(name): \(words), /dev/\(PmemAnswer(given.text).node)\n")
}

/// Copies a file whole or not at all, sparse, and sharing its blocks where the host's file system can.
private func copy(_ file: FilePath, to target: FilePath, _ timeout: Duration) async throws {
    let partial = FilePath(target.string + ".partial")
    try await Command("cp", ["--sparse=always", "--reflink=auto", "--", file.string, partial.string])
        .check(timeout: timeout, advice: "is there room beside it?")
    try await Command("mv", ["-f", "-T", "--", partial.string, target.string])
        .check(timeout: .seconds(30), advice: "is there room beside it?")
}

/// Writes a file over another in place: QEMU has that one mapped, so it is neither replaced nor ever cut short, which
/// would end QEMU by SIGBUS.
private func restore(_ file: FilePath, from saved: FilePath, _ timeout: Duration) async throws {
    var status = stat()
    guard stat(file.string, &status) == 0 else {
        throw Failure("cannot restore it: \(systemError())", on: file.string, advice: "")
    }
    try await Command(
        "fallocate", ["--punch-hole", "--offset", "0", "--length", "\(status.st_size)", file.string]
    ).check(timeout: timeout, advice: "is it on a file system without sparse files?")
    try await Command(
        "dd", ["if=\(saved)", "of=\(file)", "bs=1M", "iflag=fullblock", "conv=notrunc,sparse", "status=none"]
    ).check(timeout: timeout, advice: "is there room for it?")
}
