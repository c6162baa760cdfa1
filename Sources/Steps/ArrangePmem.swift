import HostProcess
import RemoteShell
import TestPlan

/// `pmem`: gives persistent memory a mode, and makes the link `/dev/vmharness/NAME` to what it has become.
///
/// What has the mode already, with what the plan asks of it, stays as it is, contents and all: so it is with a golden
/// image, and in a guest that takes another's place. An image of the plan's that does not fit is never made anew.
func arrangePmem(
    _ name: String, _ layout: PmemLayout, _ timeout: Duration, in context: StepContext
) async throws -> StepResult {
    guard let place = context.pmem[name] else {
        return StepResult(.broken(reason: "the guest has no persistent memory '\(name)'"))
    }
    let text = arrangement(
        layout, PmemScript(name: name, place: place), isGolden: context.golden.contains(name))
    let result = try await context.shell.run(text, timeout: timeout)
    guard result.status == 0 else {
        let reason = try await pmemTrouble(result, in: context)
        return StepResult(
            .broken(reason: "cannot make '\(name)' \(layout.mode.rawValue): \(reason)"), output: result.transcript)
    }
    let values = PmemAnswer(result.text)
    let how = values.by == "kept" ? "as it was" : "by \(values.by)"
    return StepResult(
        .passed, output: result.transcript + "\(name): \(layout.mode.rawValue) \(how), /dev/\(values.node)\n")
}

/// The text of it for the guest's `sh`.
///
/// - Parameter isGolden: it began with an image of the plan's, which is not to be lost.
func arrangement(_ layout: PmemLayout, _ script: PmemScript, isGolden: Bool) -> String {
    """
    \(script.head)
    wanted=\(layout.mode.kernelWord) word=\(layout.mode.rawValue) tool=\(layout.tool.rawValue)
    sector=\(layout.sectorSize.map(String.init) ?? "") map=\(layout.map?.rawValue ?? "")
    align=\(layout.align.map { String($0.bytes) } ?? "")
    \(announcement)
    \(script.finding)
    \(PmemScript.namespace)
    \(PmemScript.node)
    \(PmemScript.idle)
    \(PmemScript.force)
    \(fitting)
    \(byNdctl)
    \(bySysfs)
    look
    by=kept
    if ! fits; then
        get "$nd/$region/read_only"
        [ "$got" != 1 ] || die "the guest may not write to it, so its mode '$mode' stays"
        \(isGolden ? refusal : "")
        idle
        by=$tool
        [ $tool != any ] || { by=sysfs; ! command -v ndctl >/dev/null || by=ndctl; }
        case $by in
        ndctl) command -v ndctl >/dev/null || die "the guest has no ndctl"; by_ndctl ;;
        sysfs) by_sysfs ;;
        esac
    fi
    settle "$wanted"
    fits || die "it does not have what was asked for: sector-size $sector, map $map, align $align"
    echo "@by $by"
    """
}

/// What the scripts on persistent memory tell.
struct PmemAnswer {
    /// The node's name below `/dev`.
    let node: String
    /// By what the mode came: `ndctl`, `sysfs` or `kept`.
    let by: String

    init(_ text: String) {
        let lines = text.split(whereSeparator: \.isNewline)
        func value(_ key: String) -> String {
            lines.last { $0.hasPrefix("@\(key) ") }.map { String($0.dropFirst(key.count + 2)) } ?? ""
        }
        node = value("node")
        by = value("by")
    }
}

/// `fits`: true if it has the mode, and within it what the plan asks for.
private let fitting = """
    fits() {
        [ -n "$ns" ] && [ "$mode" = "$wanted" ] || return 1
        if [ -n "$sector" ]; then
            get "$nd/$holder/sector_size"
            case " $got " in *"[$sector]"*) ;; *) return 1 ;; esac
        fi
        if [ -n "$map" ]; then
            # virtio-pmem has its pages in ordinary memory without an info block that says so.
            if [ -n "$holder" ]; then get "$nd/$holder/mode"; else got=ram; fi
            case "$map,$got" in dev,pmem | mem,ram) ;; *) return 1 ;; esac
        fi
        if [ -n "$align" ]; then
            get "$nd/$holder/align"
            [ -n "$holder" ] && [ "$got" = "$align" ] || return 1
        fi
    }
    """

/// Ends with what it is instead.
private let refusal = """
    get "$nd/$holder/sector_size"; sizes=$got
    get "$nd/$holder/align"
    die "its contents do not fit and are not made anew: they have the mode '$mode', sector sizes '$sizes', align '$got'"
    """

/// `by_ndctl`: a DIMM whose labels are blank appears as one raw namespace, which ndctl makes anew, labels and all.
private let byNdctl = """
    by_ndctl() {
        set -- -m "$word"
        [ -z "$sector" ] || set -- "$@" -l "$sector"
        [ -z "$map" ] || set -- "$@" -M "$map"
        [ -z "$align" ] || set -- "$@" -a "$align"
        if [ -n "$ns" ]; then set -- -e "$ns" "$@"; else set -- -r "$region" "$@"; fi
        ndctl create-namespace -f "$@" || die "ndctl create-namespace -f $* failed"
        look
        # The pages of virtio-pmem have to be left out expressly.
        [ "$word" != raw ] || [ "$mode" = raw ] || force_raw
    }
    """

/// `by_sysfs`: what ndctl does, by the attributes: the old claim is given up, its info block wiped, and a seed device
/// of the region claims the namespace for the new mode.
private let bySysfs = """
    by_sysfs() {
        get /proc/sys/kernel/random/uuid; uuid=$got
        if [ -z "$ns" ]; then
            get "$nd/$region/namespace_seed"; ns=$got
            get "$nd/$region/max_available_extent"; size=$got
            [ "${size:-0}" -gt 0 ] || die "$region has no room for a namespace"
            put "$uuid" "$nd/$ns/uuid"
            put "$size" "$nd/$ns/size"
        fi
        if [ -n "$holder" ]; then
            [ ! -e "$nd/$holder/driver" ] || put "$holder" "$nd/$holder/driver/unbind"
            put '' "$nd/$holder/namespace"
        fi
        # The info blocks of BTT, PFN and DAX lie in the second 4 KiB.
        force_raw
        for path in $nd/$ns/block/*; do
            dd if=/dev/zero of="/dev/${path##*/}" bs=4k count=2 conv=fsync 2>/dev/null || die "cannot wipe ${path##*/}"
        done
        # A plain device needs no force; virtio-pmem does, for it has pages otherwise.
        [ "$word,$model" != raw,virtio-pmem ] || return 0
        put "$ns" "$nd/$ns/driver/unbind"
        put 0 "$nd/$ns/force_raw"
        case $word in
        fsdax) kind=pfn driver=nd_pmem ;;
        devdax) kind=dax driver=dax_pmem ;;
        sector) kind=btt driver=nd_pmem ;;
        raw) kind='' driver=nd_pmem ;;
        esac
        # A label (nstype 5, ND_DEVICE_NAMESPACE_PMEM) names the kind of device that may claim its namespace.
        get "$nd/$ns/nstype"
        [ "$got" != 5 ] || put "$kind" "$nd/$ns/holder_class"
        if [ -z "$kind" ]; then
            put "$ns" "$drivers/$driver/bind"
            return
        fi
        get "$nd/$region/${kind}_seed"; seed=$got
        [ -n "$seed" ] || die "the kernel has no ${kind}_seed in $region"
        put "$uuid" "$nd/$seed/uuid"
        if [ $kind = btt ]; then
            put "${sector:-4096}" "$nd/$seed/sector_size"
        else
            case "$map" in mem) put ram "$nd/$seed/mode" ;; *) put pmem "$nd/$seed/mode" ;; esac
            [ -z "$align" ] || put "$align" "$nd/$seed/align"
        fi
        put "$ns" "$nd/$seed/namespace"
        put "$seed" "$drivers/$driver/bind"
    }
    """
