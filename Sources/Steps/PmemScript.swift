import HostProcess
import RemoteShell
import TestPlan

/// What the steps on persistent memory do in the guest, as text for its `sh`.
///
/// The attributes are those of libnvdimm (Documentation/ABI/testing/sysfs-bus-nvdimm and drivers/nvdimm/*_devs.c):
/// `namespaceR.N/mode` says `memory`, `dax`, `safe` or `raw` for what ndctl calls fsdax, devdax, sector and raw.
struct PmemScript {
    /// The plan's name for it.
    let name: String
    /// Where the guest has it.
    let place: GuestPmem

    /// Functions and variables that the others build upon. Each result is a line that begins with `@`.
    var head: String {
        """
        nd=/sys/bus/nd/devices drivers=/sys/bus/nd/drivers link=\(GuestWord.quoted(devicePath(ofDisk: name)))
        model=\(place.model.rawValue) number=\(place.number)
        die() { echo "$*" >&2; exit 1; }
        # get FILE: what an attribute says, in $got.
        get() { got=; read -r got 2>/dev/null <"$1"; :; }
        # put VALUE FILE: writes an attribute.
        put() { echo "$1" 2>/dev/null >"$2" || die "cannot write '$1' to $2"; }
        """
    }

    /// Loads the drivers and finds `$region`, and `$dimm` for an NVDIMM. The modules of one kernel are not those of
    /// another, so none is missed here: what a mode needs was asked for before the guest started.
    var finding: String {
        """
        for module in \(place.model == .nvdimm ? "nfit" : "virtio_pmem") nd_pmem nd_btt dax_pmem device_dax; do
            modprobe -q "$module"
        done
        for file in $nd/ndbus*/wait_probe; do get "$file"; done
        dimm= region=
        if [ $model = nvdimm ]; then
            for file in $nd/nmem*/nfit/handle; do
                get "$file"
                [ $((${got:-0})) != $number ] || { dimm=${file%/nfit/handle}; dimm=${dimm##*/}; }
            done
            [ "$dimm" ] || die "the guest has no NVDIMM with the handle $number"
            for file in $nd/region*/mapping0; do
                get "$file"
                case "$got" in "$dimm",*) region=${file%/mapping0}; region=${region##*/} ;; esac
            done
        else
            at=0
            for bus in $(for file in $nd/ndbus*/provider; do
                get "$file"
                [ "$got" != virtio-pmem ] || readlink -f "${file%/provider}"
            done | sort); do
                [ $at != $number ] || for path in "$bus"/region*; do region=${path##*/}; done
                at=$((at + 1))
            done
        fi
        [ -d "$nd/$region/" ] && [ "$region" ] || die "the guest has no region of it"
        """
    }

    /// Finds `$ns`, the one namespace with a size, and its `$mode` and `$holder`.
    static let namespace = """
        look() {
            ns= mode= holder=
            for path in $nd/$region/namespace*; do
                get "$path/size"
                [ "${got:-0}" -gt 0 ] 2>/dev/null || continue
                [ -z "$ns" ] || die "it has several namespaces, $ns and ${path##*/}: a plan can name one only"
                ns=${path##*/}
            done
            [ -n "$ns" ] || return 0
            get "$nd/$ns/mode"; mode=$got
            get "$nd/$ns/holder"; holder=$got
        }
        """

    /// Finds `$node`, the name below `/dev` of what `$ns` has become; empty if there is none.
    static let node = """
        seek() {
            node=
            if [ "$mode" = dax ]; then
                # Until Linux 5.15 they may be of a class (dax_pmem_compat), without a driver of their own.
                for path in /sys/bus/dax/devices/dax* /sys/class/dax/dax*; do
                    case "$(readlink -f "$path")" in */"$holder"/*) ;; *) continue ;; esac
                    # Just after it was made, a device may have no driver yet.
                    [ "${path#/sys/class/}" != "$path" ] || [ -e "$path/driver" ] || continue
                    [ ! -c "/dev/${path##*/}" ] || node=${path##*/}
                done
            else
                for path in $nd/${holder:-$ns}/block/*; do
                    [ ! -b "/dev/${path##*/}" ] || node=${path##*/}
                done
            fi
        }
        # settle MODE: waits until it has this mode and a node, and makes the link.
        settle() {
            tries=0
            while look; seek; [ "$mode" != "$1" ] || [ -z "$node" ]; do
                tries=$((tries + 1))
                [ $tries -le 50 ] || die "it has the mode '$mode', not '$1', and the node '$node' (namespace '$ns')"
                sleep 0.2
            done
            mkdir -p /dev/vmharness && ln -sfn "../$node" "$link" || exit
            echo "@node $node"
        }
        """

    /// `force_raw`: the plain block device, whatever lies in it, and without pages even for virtio-pmem.
    static let force = """
        force_raw() {
            [ ! -e "$nd/$ns/driver" ] || put "$ns" "$nd/$ns/driver/unbind"
            put 1 "$nd/$ns/force_raw"
            put "$ns" "$drivers/nd_pmem/bind"
        }
        """

    /// Ends with a message if what it is now is mounted, swapped to, mapped or held by another device.
    static let idle = """
        idle() {
            look
            seek
            [ -n "$node" ] || return 0
            if [ "$mode" = dax ]; then
                users=$(fuser "/dev/$node" 2>/dev/null)
                [ -z "$users" ] || die "/dev/$node is open in process$users"
                return 0
            fi
            get "$nd/${holder:-$ns}/block/$node/dev"
            while read -r _ _ device _ at _; do
                [ "$device" != "$got" ] || die "it is mounted at $at: unmount it first"
            done </proc/self/mountinfo
            while read -r file _; do
                [ "$file" != "/dev/$node" ] || die "it is swap: turn that off first"
            done </proc/swaps
            for path in $nd/${holder:-$ns}/block/$node/holders/*; do
                [ ! -e "$path" ] || die "${path##*/} holds it: remove that first"
            done
        }
        """
}

extension PmemMode {
    /// The mode that the kernel calls so; nil if none is.
    init?(kernelWord: String) {
        guard let mode = PmemMode.allCases.first(where: { $0.kernelWord == kernelWord }) else { return nil }
        self = mode
    }

    /// The kernel's word for it (mode_show of drivers/nvdimm/namespace_devs.c).
    var kernelWord: String {
        switch self {
        case .fsdax: "memory"
        case .devdax: "dax"
        case .sector: "safe"
        case .raw: "raw"
        }
    }
}

/// The reason that a script on persistent memory gave, with the kernel's own last words, if any.
func pmemTrouble(_ result: CommandResult, in context: StepContext) async throws -> String {
    let own = lastLines(result.errorText, 1).first ?? "status \(result.status)"
    let kernel = try await KernelLines.read(in: context).lines.last
    return own + (kernel.map { " (kernel: \"\($0)\")" } ?? "")
}
