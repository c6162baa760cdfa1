import HostProcess
public import TestPlan

/// What `check` is told of one section: the text of its configuration (`HOST_OPTIONS`, fstests'
/// README.config-sections), and the script that makes the guest ready for it.
public struct CheckConfiguration: Sendable, Hashable {
    /// The section's name, for `check -s`.
    public let section: String
    /// The configuration file. It has this section alone, since options carry over from one to the next.
    public let text: String
    /// A script for the guest's `sh`, to be run before each `check`: file systems made anew, servers started.
    public let preparation: String

    /// - Parameters:
    ///   - section: what the plan asks for.
    ///   - nodes: the devices' real nodes in the guest, or the tags; in the order of the section's.
    ///   - kernel: the guest's, since today's mkfs makes file systems that old kernels cannot mount.
    /// - Throws: `Failure` for a value that fstests' configuration cannot hold, or a device that is missing.
    public init(
        _ section: FstestsRequest.Section, nodes: [FstestsRequest.Role: [String]], kernel: KernelSeries
    ) throws {
        let setup = try FilesystemSetup(section, nodes: nodes, kernel: kernel)
        guard !section.name.isEmpty, section.name.utf8.allSatisfy({ Self.isWordByte($0) }) else {
            throw Failure(
                "fstests cannot have a section of this name", on: section.name,
                advice: "letters, digits, `-` and `_`", blame: .request)
        }
        var variables = setup.variables
        variables["TEST_DIR"] = GuestPlace.test
        variables["SCRATCH_MNT"] = GuestPlace.scratch
        variables["RESULT_BASE"] = GuestPlace.resultBase
        for (name, value) in section.variables where !setup.ownVariables.contains(name) {
            guard variables[name] == nil, FstestsRequest.ownVariables[name] == nil else {
                throw Failure(
                    "the plan sets a variable that the harness sets", on: "\(section.name): \(name)",
                    advice: "say it by the keys for devices and options", blame: .request)
            }
            variables[name] = value
        }
        var lines = ["[\(section.name)]"]
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            guard name.utf8.allSatisfy(Self.isWordByte), !value.utf8.contains(where: Self.isLost),
                value.firstRange(of: " =") == nil, value.firstRange(of: "= ") == nil
            else {
                throw Failure(
                    "fstests' configuration cannot hold this value", on: "\(section.name): \(name)=\(value)",
                    advice: "without quotes, #, backslashes, line breaks, and blanks around =", blame: .request)
            }
            lines.append("\(name)=\(value.contains(" ") ? "\"\(value)\"" : value)")
        }
        self.section = section.name
        text = lines.joined(separator: "\n") + "\n"
        preparation = setup.script
    }

    /// Arguments of `check` for a section besides the cases.
    ///
    /// Reports are made only for a plan that asks for them by fstests' own variable, `REPORT_LIST: xunit`: `check`
    /// writes the whole anew before each case, with some hundred processes, which costs an emulated CPU as much as a
    /// quick case.
    public static func arguments(for section: FstestsRequest.Section) -> [String] {
        let reports = (section.variables["REPORT_LIST"] ?? "").split { $0 == " " || $0 == "," }
        return (section.filesystem == .overlay ? ["-overlay"] : []) + ["-s", section.name]
            + reports.flatMap { ["-R", String($0)] }
    }

    /// What `parse_config_section` (fstests' common/config) would cut, or evaluate otherwise than written.
    private static func isLost(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F || "\"'`\\#".utf8.contains(byte) }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
