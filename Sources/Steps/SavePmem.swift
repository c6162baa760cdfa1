import HostProcess
import RemoteShell
import SystemPackage
import TestPlan

/// `pmem.save`: keeps what persistent memory holds, with its labels, in a file beside the one behind it.
///
/// In a guest that takes another's place, what the first one kept is brought back instead: the steps between were
/// perhaps not done again, and a golden image is made once.
func savePmem(_ name: String, _ timeout: Duration, in context: StepContext) async throws -> StepResult {
    try await withDisabledPmem(name, "save", timeout, in: context) { file, mode, isOwn in
        let saved = SavedPmem(of: file)
        if saved.isThere, !isOwn {
            return ("as an earlier guest of the cell saved it", try await saved.restore(timeout))
        }
        try await saved.save(mode, timeout)
        return ("saved", mode)
    }
}

/// `pmem.restore`: brings back what `pmem.save` kept.
func restorePmem(_ name: String, _ timeout: Duration, in context: StepContext) async throws -> StepResult {
    try await withDisabledPmem(name, "restore", timeout, in: context) { file, _, _ in
        ("restored", try await SavedPmem(of: file).restore(timeout))
    }
}

/// Takes the device from the guest's kernel while `body` has the file, and gives it back: the kernel then reads its
/// labels and info blocks anew.
///
/// - Parameter body: gets the file behind it, the mode it had, and whether this guest has saved it itself; returns what
///   it did, for the step's output, and the mode in which it comes back.
private func withDisabledPmem(
    _ name: String, _ verb: String, _ timeout: Duration, in context: StepContext,
    _ body: (_ file: FilePath, _ mode: PmemMode, _ isOwn: Bool) async throws -> (did: String, mode: PmemMode)
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
    guard let had = PmemMode(kernelWord: value("mode")) else {
        return StepResult(.broken(reason: "'\(name)' has no mode that is known: \(value("mode"))"))
    }
    var failure: (any Error)?
    var done = (did: "", mode: had)
    do {
        done = try await body(file, had, value("own") == "yes")
    } catch {
        try Task.checkCancellation()
        failure = error
    }
    // Given back even if the copy failed: what it is then is told, not left to the next step.
    let up = """
        \(announcement)
        \(script.head)
        region=\(GuestWord.quoted(value("region"))) dimm=\(GuestWord.quoted(value("dimm")))
        \(PmemScript.namespace)
        \(PmemScript.node)
        \(PmemScript.force)
        [ -z "$dimm" ] || put "$dimm" "$drivers/nvdimm/bind"
        put "$region" "$drivers/nd_region/bind"
        for file in $nd/ndbus*/wait_probe; do get "$file"; done
        look
        # virtio-pmem is raw only by force.
        [ \(done.mode.kernelWord) != raw ] || [ "$mode" = raw ] || [ -z "$ns" ] || force_raw
        settle \(done.mode.kernelWord)
        mkdir -p /run/vmharness && : >\(mark)
        """
    let given = try await context.shell.run(up, timeout: timeout)
    if let failure { return StepResult(.broken(reason: "cannot \(verb) '\(name)': \(failure)")) }
    guard given.status == 0 else {
        let reason = try await pmemTrouble(given, in: context)
        return StepResult(
            .broken(reason: "'\(name)' did not come back after the \(verb): \(reason)"), output: given.transcript)
    }
    return StepResult(
        .passed, output: "\(name): \(done.did), \(done.mode.rawValue), /dev/\(PmemAnswer(given.text).node)\n")
}
