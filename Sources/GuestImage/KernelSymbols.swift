import Foundation
import HostProcess
public import SystemPackage
import TestPlan

/// Where the debug information of a kernel lies on this machine.
public struct KernelSymbols: Sendable, Hashable {
    /// The kernel with its symbols, with or without debug information.
    public let vmlinux: FilePath
    /// Its modules, where they are known one by one.
    public let modules: [FilePath]
    /// Else the directory which has them somewhere below it.
    public let directory: FilePath?

    /// Looks for those of a kernel: in its tree, beside the file named, or where Debian's `-dbg` packages have them.
    ///
    /// - Returns: nil if there are none.
    public init?(of kernel: Kernel) {
        switch try? KernelName(parsing: kernel.name) {
        case .build(let path): self.init(tree: hostPath(path))
        case .file(let image, let modules):
            guard (try? BootImage.isELF(hostPath(image))) == true else { return nil }
            self.init(vmlinux: hostPath(image), directory: modules.map(hostPath))
        case .debian, .debianExact, .host:
            let library = FilePath("/usr/lib/debug/lib/modules").appending(kernel.release)
            let places = [
                FilePath("/usr/lib/debug/boot/vmlinux-\(kernel.release)"), library.appending("vmlinux"),
            ]
            guard let found = places.first(where: BuiltTree.isFile) else { return nil }
            self.init(vmlinux: found, directory: BuiltTree.isDirectory(library) ? library : nil)
        case nil: return nil
        }
    }

    /// Those of a kernel that somebody compiled.
    ///
    /// - Parameter tree: as `build:` names it.
    /// - Returns: nil if there are none.
    public init?(tree: FilePath) {
        guard let tree = try? BuiltTree(tree), let vmlinux = tree.vmlinux else { return nil }
        // What was installed may be stripped: what it was made from is in the tree.
        let objects = tree.objects.flatMap { try? BuiltTree($0) }
        self.init(vmlinux: vmlinux, modules: (objects ?? tree).modules.filter { $0.extension == "ko" })
    }

    private init(vmlinux: FilePath, modules: [FilePath] = [], directory: FilePath? = nil) {
        self.vmlinux = vmlinux
        self.modules = modules
        self.directory = directory
    }

    /// The build id of the kernel; nil if it has none.
    public var buildID: BuildID? { BuildID(vmlinux: vmlinux) }
}
