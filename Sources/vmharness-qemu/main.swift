#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

// What libvirt starts in QEMU's place where QEMU's TCG is not safe with several
// threads (`QEMUVersion.hasSafeThreads`): libvirt has no word for that, its
// `-accel tcg` comes first, and the first one counts. Everything else is passed
// on as it is, and this process becomes QEMU.
var arguments = CommandLine.arguments
for index in arguments.indices.dropLast() where arguments[index] == "-accel" && arguments[index + 1] == "tcg" {
    arguments[index + 1] = "tcg,thread=single"
}
arguments[0] = "qemu-system-x86_64"
var words = arguments.map { strdup($0) } + [nil]
execvp(arguments[0], &words)
perror("vmharness-qemu: \(arguments[0])")
exit(127)
