import Fstests
import TestPlan

extension FstestsSuite {
    /// Where a case leaves its files on the results disk: `.full` up to the end, mostly.
    public func resultFiles(of name: String) -> ResultFiles? {
        guard let (section, name) = request.place(ofCase: name), let slash = name.firstIndex(of: "/") else {
            return nil
        }
        let folder = String(name[..<slash])
        return ResultFiles(
            // The disk is mounted at GuestPlace.results in the guest.
            directory: "/fstests/\(section.name)/\(folder)", stem: name[name.index(after: slash)...] + ".",
            place: hostPlace(of: section, folder), most: Self.mostFiles, largest: Self.largestFile)
    }

    /// Where the files of a section's cases go, relative to the cell's directory.
    func hostPlace(of section: FstestsRequest.Section, _ folder: String? = nil) -> String {
        (["fstests"] + (request.sections.count > 1 ? [section.name] : []) + (folder.map { [$0] } ?? []))
            .joined(separator: "/")
    }
}
