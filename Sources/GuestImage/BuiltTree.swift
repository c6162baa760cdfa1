import Foundation
import HostProcess
import SystemPackage

/// A kernel that somebody compiled: what `build:PATH` names.
///
/// Either the tree as `make` leaves it (or the directory of its `O=`), or a directory that
/// `make modules_install INSTALL_MOD_PATH=PATH` filled.
struct BuiltTree {
    /// What `uname -r` prints.
    let release: String
    /// A bzImage, or where there is none a vmlinux.
    let image: FilePath
    /// Its configuration, if it is there.
    let config: FilePath?
    /// The modules and the lists of them: where they are put below `lib/modules/RELEASE`, and where they are.
    let files: [(name: String, path: FilePath)]
    /// The kernel with its symbols, if it is there.
    let vmlinux: FilePath?
    /// The directory with the objects, against which further modules can be built; nil if it is not there.
    let objects: FilePath?

    /// The files of the modules.
    var modules: [FilePath] { files.map(\.path).filter { Self.isModule($0.string) } }

    /// Looks at what is there.
    ///
    /// - Throws: `Failure` if it is neither, is not built to its end, or holds several kernels.
    init(_ directory: FilePath) throws {
        if let release = Self.release(of: directory) {
            try self.init(tree: directory, release: release)
        } else {
            try self.init(installed: directory)
        }
    }

    private init(tree: FilePath, release: String) throws {
        let images = [tree.appending("arch/x86/boot/bzImage"), tree.appending("vmlinux")].filter(Self.isFile)
        guard let image = images.first else {
            throw Failure(
                "the kernel in this tree is not built", on: tree.string,
                advice: "build it (`make bzImage modules`), or name the directory it was built in (O=)",
                blame: .request)
        }
        self.release = release
        self.image = image
        config = Self.file(tree.appending(".config"))
        vmlinux = Self.file(tree.appending("vmlinux"))
        objects = tree
        // As `make modules_install` lays them out: kernel/ and the path in the tree.
        let modules = try Self.listedModules(in: tree) ?? Self.moduleFiles(in: tree)
        files =
            modules.map { ("kernel/\($0)", tree.appending($0)) }
            + Self.lists(in: tree).map { ($0, tree.appending($0)) }
    }

    private init(installed root: FilePath) throws {
        let parents = ["lib/modules", "usr/lib/modules"].map { root.appending($0) }
        let found = parents.flatMap { parent in
            ((try? FileManager.default.contentsOfDirectory(atPath: parent.string)) ?? []).sorted()
                .map { parent.appending($0) }.filter { Self.isFile($0.appending("modules.dep")) }
        }
        guard let modules = found.first, let release = modules.lastComponent?.string else {
            throw Failure(
                "not a built kernel tree for x86, nor a directory with lib/modules", on: root.string,
                advice: """
                    build it (`make bzImage modules`), name the directory it was built in (O=) or installed to \
                    (INSTALL_MOD_PATH=), or write file:VMLINUZ,modules=DIR
                    """, blame: .request)
        }
        guard found.count == 1 else {
            throw Failure(
                "modules of several kernels", on: root.string,
                advice: "write file:VMLINUZ,modules=DIR for one of "
                    + found.prefix(5).map(\.string).joined(separator: ", "), blame: .request)
        }
        // `build` is the link that modules_install leaves to the tree.
        let tree = modules.appending("build")
        let isOfTree = Self.release(of: tree) == release
        let images =
            [
                root.appending("boot/vmlinuz-\(release)"), root.appending("vmlinuz-\(release)"),
                modules.appending("vmlinuz"),
            ] + (isOfTree ? [tree.appending("arch/x86/boot/bzImage"), tree.appending("vmlinux")] : [])
        guard let image = images.first(where: Self.isFile) else {
            throw Failure(
                "no image of \(release) beside its modules", on: root.string,
                advice: "put it at boot/vmlinuz-\(release) (`make install INSTALL_PATH=…/boot`), or name the tree",
                blame: .request)
        }
        self.release = release
        self.image = image
        config =
            [root.appending("boot/config-\(release)"), modules.appending("config")].first(where: Self.isFile)
            ?? (isOfTree ? Self.file(tree.appending(".config")) : nil)
        vmlinux =
            [
                root.appending("boot/vmlinux-\(release)"), modules.appending("vmlinux"),
                root.appending("usr/lib/debug/boot/vmlinux-\(release)"),
            ].first(where: Self.isFile) ?? (isOfTree ? Self.file(tree.appending("vmlinux")) : nil)
        objects = isOfTree ? tree : nil
        files = (try Self.moduleFiles(in: modules) + Self.lists(in: modules)).map { ($0, modules.appending($0)) }
    }

    /// `include/config/kernel.release`, which a tree has once it was built (kernel: Makefile).
    private static func release(of tree: FilePath) -> String? {
        let text = try? BoundedRead.text(of: tree.appending("include/config/kernel.release"), limit: 4096)
        return text?.split(whereSeparator: \.isWhitespace).first.map(String.init)
    }

    // MARK: Modules

    /// The modules that the last `make` made: those of an older configuration still lie about in the tree.
    ///
    /// - Returns: nil without the list, as after `make bzImage` alone.
    private static func listedModules(in tree: FilePath) throws -> [String]? {
        let order = tree.appending("modules.order")
        guard isFile(order) else { return nil }
        let modules = modules(inOrder: try BoundedRead.text(of: order, limit: 16 << 20))
        for module in modules where !isFile(tree.appending(module)) {
            throw Failure(
                "a module is listed in modules.order, but not built", on: tree.appending(module).string,
                advice: "finish the build (`make modules`)", blame: .request)
        }
        return modules
    }

    /// The paths of `.ko` in a tree's `modules.order`: 6.x writes `.o` into it, 5.2 and older `kernel/` before it.
    static func modules(inOrder text: String) -> [String] {
        text.split(separator: "\n").map { line in
            let path = line.hasPrefix("kernel/") ? line.dropFirst("kernel/".count) : line
            return path.hasSuffix(".o") ? path.dropLast(2) + ".ko" : String(path)
        }
    }

    /// The lists that kbuild makes and depmod reads.
    static func lists(in directory: FilePath) -> [String] {
        ["modules.order", "modules.builtin", "modules.builtin.modinfo"].filter { isFile(directory.appending($0)) }
    }

    /// The modules below a directory, relative to it and sorted.
    static func moduleFiles(in directory: FilePath) throws -> [String] {
        guard let enumerator = FileManager.default.enumerator(atPath: directory.string) else {
            throw Failure("cannot read directory", on: directory.string, advice: "check the path", blame: .request)
        }
        var files: [String] = []
        for case let path as String in enumerator {
            // A package's build leaves a second copy of all modules below debian/, an installation one below lib/;
            // build and source are links out of an installed directory.
            if ["debian", "lib/modules", ".git", "build", "source"].contains(path) {
                enumerator.skipDescendants()
                continue
            }
            if isModule(path), isFile(directory.appending(path)) { files.append(path) }
        }
        return files.sorted()
    }

    private static func isModule(_ path: String) -> Bool {
        [".ko", ".ko.xz", ".ko.zst", ".ko.gz"].contains(where: path.hasSuffix)
    }

    // MARK: Files

    static func isFile(_ path: FilePath) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path.string, isDirectory: &isDirectory) && !isDirectory.boolValue
    }

    static func isDirectory(_ path: FilePath) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path.string, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    private static func file(_ path: FilePath) -> FilePath? { isFile(path) ? path : nil }
}
