extension CheckSummaryLine {
    /// Reads a line of the summary; nil if it is none.
    init?(_ line: String) {
        func names(after head: String) -> [String]? {
            line.hasPrefix(head) ? line.dropFirst(head.count).split(separator: " ").map(String.init) : nil
        }
        if let names = names(after: "Ran: ") {
            self = .ran(names)
        } else if let names = names(after: "Not run: ") {
            self = .notRun(names)
        } else if let names = names(after: "Failures: ") {
            self = .failures(names)
        } else if line == "Interrupted!" {
            self = .interrupted
        } else if line.hasPrefix("Xunit report: ") {
            self = .report(line.dropFirst("Xunit report: ".count).trimmed)
        } else {
            let words = line.split(separator: " ")
            if words.count == 5, words[0] == "Failed", words[2] == "of", words[4] == "tests",
                let bad = Int(words[1]), let all = Int(words[3])
            {
                self = .failed(bad, of: all)
            } else if words.count == 4, words[0] == "Passed", words[1] == "all", words[3] == "tests",
                let all = Int(words[2])
            {
                self = .passed(all)
            } else {
                return nil
            }
        }
    }
}
