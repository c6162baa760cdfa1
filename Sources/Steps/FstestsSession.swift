import Fstests
import HostProcess
import RemoteShell
import TestPlan

/// The words by which a guest's `check` and we talk.
enum FstestsSession {
    /// A pipe at which `check` waits before each case.
    static let gate = "\(GuestPlace.run)/gate"
    /// What only single cases would need, as the preflight found it.
    static let notices = "\(GuestPlace.run)/notices"

    static func configuration(_ section: FstestsRequest.Section) -> String {
        "\(GuestPlace.run)/\(section.name).config"
    }

    static func preparation(_ section: FstestsRequest.Section) -> String { "\(GuestPlace.run)/\(section.name).sh" }

    static func cases(_ section: FstestsRequest.Section) -> String { "\(GuestPlace.run)/\(section.name).cases" }

    /// What `check` itself said on standard error, on the disk that outlives the guest.
    static func errors(_ section: FstestsRequest.Section) -> String {
        "\(GuestPlace.resultBase)/\(section.name).stderr"
    }

    /// `check` calls it as `logger "run xfstest generic/001"` before each case, and waits for it. `read` waits for
    /// somebody to open the pipe from the other side.
    static let logger = """
        #!/bin/sh
        case "$1" in
        "run xfstest "*) ;;
        *) exit 0 ;;
        esac
        read -r _ <\(gate)
        echo "<5>vmharness: case $VMHARNESS_PREFIX${1#run xfstest } begins" >/dev/kmsg
        """

    /// Lets `check` go on: waits until `logger` has opened the other end of the pipe, as long as the step's process is
    /// there to call it. Status 0 if it was opened.
    static let opening = """
        left=120
        while [ $left -gt 0 ]; do
            if timeout 5 sh -c 'echo >\(gate)'; then exit 0; fi
            [ -d "/proc/$(cat \(stepProcessFile))" ] || exit 1
            left=$((left - 1))
        done
        exit 1
        """

    /// Where `check` runs and what it sees. Core dumps are on, up to 32 MiB: `check` looks for them.
    static func environment(_ section: FstestsRequest.Section, prefix: String = "") -> String {
        """
        cd \(GuestPlace.work) || exit
        export HOST_OPTIONS=\(configuration(section)) PATH=\(GuestPlace.run)/bin:$PATH
        export VMHARNESS_PREFIX=\(GuestWord.quoted(prefix))
        ulimit -c 65536
        """
    }
}
