import Foundation
import Testing

import TestPlan

@Suite struct KernelNameTests {
    @Test(arguments: [
        ("debian:6.1", KernelName.debian(series: "6.1", flavour: nil)),
        ("debian:7.2+cloud", .debian(series: "7.2", flavour: "cloud")),
        ("debian:6.12+rt", .debian(series: "6.12", flavour: "rt")),
        ("debian:6.1.0-56-amd64", .debianExact(release: "6.1.0-56-amd64")),
        ("debian:6.12.95+deb13-amd64", .debianExact(release: "6.12.95+deb13-amd64")),
        ("debian:6.1.0-56-cloud-amd64", .debianExact(release: "6.1.0-56-cloud-amd64")),
        ("build:/src/linux", .build(path: "/src/linux")),
        ("build:../a:b", .build(path: "../a:b")),
        ("file:/boot/vmlinuz,modules=/lib/modules/x", .file(vmlinuz: "/boot/vmlinuz", modules: "/lib/modules/x")),
        ("file:/boot/vmlinuz", .file(vmlinuz: "/boot/vmlinuz", modules: nil)),
        ("host", .host),
    ])
    func textAndBack(text: String, kernel: KernelName) throws {
        #expect(try KernelName(parsing: text) == kernel)
        #expect(kernel.description == text)
        let coded = try JSONEncoder().encode([kernel])
        #expect(try JSONDecoder().decode([KernelName].self, from: coded) == [kernel])
    }

    private static let form =
        "name a kernel as debian:6.1, debian:6.1.0-56-amd64, build:PATH, file:VMLINUZ,modules=DIR or host"

    @Test(arguments: [
        ("6.1", "'6.1' is not the name of a kernel: did you mean 'debian:6.1'?"),
        ("debain:6.1", "'debain:6.1' is not the name of a kernel: did you mean 'debian:6.1'?"),
        (
            "debian:6.1.192",
            """
            'debian:6.1.192' is neither a series nor a release of Debian's kernel: did you mean 'debian:6.1'? A \
            release is written in full, as debian:6.1.0-56-amd64
            """
        ),
        (
            "debian:stable",
            """
            'debian:stable' is neither a series nor a release of Debian's kernel: write a series as debian:6.1 \
            or a release as debian:6.1.0-56-amd64
            """
        ),
        (
            "debian:",
            """
            'debian:' is neither a series nor a release of Debian's kernel: write a series as debian:6.1 or a \
            release as debian:6.1.0-56-amd64
            """
        ),
        ("debian:6.1+clud", "Debian has no kernel flavour 'clud': did you mean 'cloud'?"),
        (
            "debian:6.1.0-1-amd64; rm",
            """
            'debian:6.1.0-1-amd64; rm' is neither a series nor a release of Debian's kernel: did you mean \
            'debian:6.1'? A release is written in full, as debian:6.1.0-56-amd64
            """
        ),
        ("build:", "build: names no tree: write build:PATH of a built kernel tree"),
        ("file:", "'file:' is not the name of a kernel: write file:VMLINUZ,modules=DIR"),
        ("file:/a,modul=/b", "'file:/a,modul=/b' is not the name of a kernel: write file:VMLINUZ,modules=DIR"),
        ("file:/a,modules=", "'file:/a,modules=' is not the name of a kernel: write file:VMLINUZ,modules=DIR"),
        (
            "/src/linux",
            """
            '/src/linux' is not the name of a kernel: write build:/src/linux for a built tree or \
            file:/src/linux,modules=DIR for an image
            """
        ),
        ("hots", "'hots' is not the name of a kernel: did you mean 'host'?"),
        ("host:", "'host:' is not the name of a kernel: did you mean host?"),
        ("xyzzy", "'xyzzy' is not the name of a kernel: \(form)"),
        ("", "'' is not the name of a kernel: \(form)"),
        (
            "build:/a\u{1B}[2J",
            "'build:/a\\u{1B}[2J' is not the name of a kernel: leave out control characters and keep it below 8 KiB"
        ),
    ])
    func refusals(text: String, message: String) {
        let error = #expect(throws: Diagnostic.self) { try KernelName(parsing: text) }
        #expect(error?.description == message)
    }
}
