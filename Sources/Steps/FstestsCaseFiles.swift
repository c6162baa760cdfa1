import Foundation
import Fstests
import HostProcess
import RemoteShell
import SystemPackage
import TestPlan

/// What is fetched from the guest when a case has ended: its files, its entry in the report, and whether it left
/// something behind.
struct FstestsCaseFiles: Sendable {
    private(set) var files: [CaseFile] = []
    /// Its `testcase` elements.
    private(set) var report: [UInt8] = []
    /// What it left behind, a clause each.
    private(set) var damage: [String] = []
    /// What is wrong with the fetching itself.
    private(set) var notes: [String] = []

    /// The script for the guest, for a case that has ended: `check` has unmounted what it had mounted by now.
    static func script(_ name: String, in section: FstestsRequest.Section) -> String {
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        let number = parts.last ?? name
        // The size is read once: a process left over may still write.
        return """
            give() {
                kept=$(stat -c %s "$1") || return
                size=$kept
                [ "$kept" -le \(FstestsSuite.largestFile) ] || kept=\(FstestsSuite.largestFile)
                printf '@file %s %s %s\\n' "$2" "$size" "$kept"
                head -c "$kept" "$1"
                echo
            }
            cd \(GuestWord.quoted("\(GuestPlace.resultBase)/\(section.name)")) || cd /
            name=\(GuestWord.quoted(name)) number=\(GuestWord.quoted(number)) left=\(FstestsSuite.mostFiles)
            for file in "$name".*; do
                [ -f "$file" ] && [ ! -L "$file" ] || continue
                [ $left -gt 0 ] || { echo '@note it left more files than are kept'; break; }
                left=$((left - 1))
                give "$file" "${file##*/}"
            done
            if [ -f "$name.out.bad" ]; then
                diff -u "\(GuestPlace.work)/tests/$name.out" "$name.out.bad" >/tmp/vmharness-diff 2>&1
                give /tmp/vmharness-diff "$number.diff"
            fi
            awk -v name="name=\\"$name\\"" '/<testcase /{on = index($0, name)} on{print} /<\\/testcase>/{on = 0}' \
                result.xml 2>/dev/null | head -c 65536 >/tmp/vmharness-report
            give /tmp/vmharness-report @report
            while read -r device place rest; do
                case "$place: $rest" in
                \(GuestPlace.scratch):* | \(GuestPlace.scratch)/*) echo "@damage $place stays mounted" ;;
                "\(GuestPlace.test): "*" ro,"* | "\(GuestPlace.test): "*" ro "*) echo "@damage $place is read-only now" ;;
                esac
            done </proc/self/mounts
            for holder in /sys/block/vd*/holders/*; do
                [ -e "$holder" ] || continue
                disk=${holder%/holders/*}
                echo "@damage ${holder##*/} ($(cat "$holder/dm/name" 2>/dev/null)) still sits on ${disk##*/}"
            done
            echo @end
            """
    }

    /// Reads the script's answer.
    init(_ bytes: [UInt8], cut: Bool) {
        var rest = bytes[...]
        var isWhole = false
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: rest[..<end], as: UTF8.self)
            rest = rest[(end + 1)...]
            if line == "@end" { isWhole = true }
            if line.hasPrefix("@damage ") { damage.append(String(line.dropFirst(8).prefix(200))) }
            if line.hasPrefix("@note ") { notes.append(String(line.dropFirst(6).prefix(200))) }
            guard line.hasPrefix("@file ") else { continue }
            // A file's name may have blanks; the numbers stand last.
            let words = line.dropFirst(6).split(separator: " ").map(String.init)
            guard words.count >= 3, let size = Int(words[words.count - 2]), let kept = Int(words[words.count - 1]),
                kept >= 0, kept <= FstestsSuite.largestFile
            else {
                notes.append("a file's header was not understood")
                continue
            }
            let content = Array(rest.prefix(kept))
            rest = rest.dropFirst(kept + 1)
            if words[0] == "@report" {
                report = content
            } else if files.count <= FstestsSuite.mostFiles {
                files.append(
                    CaseFile(name: words.dropLast(2).joined(separator: " "), bytes: content, size: size))
            }
            if size > kept { notes.append("\(words[0]) has \(size) bytes, of which \(kept) are kept") }
        }
        if cut || !isWhole { notes.append("its files did not come over whole") }
    }

    /// Writes the files below a directory of the host.
    ///
    /// - Parameters:
    ///   - directory: the cell's.
    ///   - place: below it: `fstests/generic`.
    /// - Returns: their names, relative to the cell's directory.
    mutating func keep(in directory: FilePath, at place: String) -> [String] {
        var names: [String] = []
        for file in files {
            guard let name = Self.write(file.bytes, as: file.name, in: directory, at: place) else {
                notes.append("\(file.name) could not be written on the host")
                continue
            }
            names.append(name)
        }
        return names
    }

    /// Writes a file under its own name, or with a number behind it where an earlier guest of the cell left one.
    static func write(_ bytes: [UInt8], as file: String, in directory: FilePath, at place: String) -> String? {
        guard file.utf8.allSatisfy(isNameByte), file.first != "." else { return nil }
        let parent = directory.appending(place)
        try? FileManager.default.createDirectory(atPath: parent.string, withIntermediateDirectories: true)
        for number in 1...1000 {
            let name = number == 1 ? file : "\(file).\(number)"
            let path = parent.appending(name)
            if FileManager.default.fileExists(atPath: path.string) { continue }
            do {
                try Data(bytes).write(to: URL(fileURLWithPath: path.string), options: .withoutOverwriting)
                return "\(place)/\(name)"
            } catch {
                return nil
            }
        }
        return nil
    }

    /// A guest chooses the names: nothing that means something to a path.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "/") && byte != UInt8(ascii: "\\")
    }
}
