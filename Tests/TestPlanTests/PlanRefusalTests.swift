import Testing

import TestPlan

/// What `plan check` says about a wrong plan: the exact message, at the exact line and column.
@Suite struct PlanRefusalTests {
    /// A wrong plan and all that is said about it.
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let messages: [String]

        init(_ text: String, _ messages: String...) {
            self.text = text
            self.messages = messages
        }

        var testDescription: String { messages.first ?? text }
    }

    @Test(arguments: top + parameters + guest + devices)
    func guestsAndHeads(row: Row) {
        #expect(PlanText.problems(of: row.text) == row.messages)
    }

    @Test(arguments: steps + paths + calibration + requires)
    func stepsAndKernels(row: Row) {
        #expect(PlanText.problems(of: row.text) == row.messages)
    }

    // MARK: The plan

    static let top = [
        Row(
            "- a\n",
            """
            plan.yaml:1:1: the plan must be a mapping, not a list: write 'key: value' with name, summary, \
            parameters, guest, steps, mutations, calibration, known or requires
            """),
        Row(
            "name: x\n",
            "plan.yaml:1:1: the plan has no 'summary': add 'summary: …'",
            "plan.yaml:1:1: the plan has no 'steps': add 'steps: …'"),
        Row(
            "name:\nsummary: s\n" + PlanText.steps,
            "plan.yaml:1:1: 'name' in the plan has no value: write 'name: …'"),
        Row(
            "name: X y\nsummary: s\n" + PlanText.steps,
            "plan.yaml:1:7: 'X y' is not the name of a plan: use lower-case letters, digits and '-', at most 64"),
        Row("name: [x]\nsummary: s\n" + PlanText.steps, "plan.yaml:1:7: 'name' in the plan must be text, not a list"),
        Row(
            "name: x\nsummary: |\n  two\n  lines\n" + PlanText.steps,
            "plan.yaml:2:10: 'summary' in the plan must be one line of 1 to 200 characters, not 'two\\nlines\\n'"),
        Row(
            PlanText.head + PlanText.steps + "gest: {}\n",
            "plan.yaml:5:1: unknown key 'gest' in the plan: did you mean 'guest'?"),
        Row(PlanText.head + "steps: []\n", "plan.yaml:3:8: the plan has no steps: add at least one"),
        Row(
            PlanText.head + "steps: uname\n",
            "plan.yaml:3:8: 'steps' in the plan must be a list, not 'uname': write '[a, b]' or '- a' lines"),
    ]

    // MARK: Parameters

    static let parameters = [
        Row(
            PlanText.head + "parameters: [a]\n" + PlanText.steps,
            "plan.yaml:3:13: 'parameters' must be a mapping, not a list: write 'NAME: DEFAULT' lines"),
        Row(
            PlanText.head + "parameters: {Size: 1}\n" + PlanText.steps,
            """
            plan.yaml:3:14: 'Size' is not the name of a parameter: begin with a lower-case letter and go on \
            with lower-case letters, digits, '_' and '-'
            """),
        Row(
            PlanText.head + "parameters: {a: {summary: s}}\n" + PlanText.steps,
            "plan.yaml:3:17: parameter 'a' has no 'default': add 'default: …'"),
        Row(
            PlanText.head + "parameters: {a: {defalt: 1}}\n" + PlanText.steps,
            "plan.yaml:3:17: parameter 'a' has no 'default': add 'default: …'",
            "plan.yaml:3:18: unknown key 'defalt' in parameter 'a': did you mean 'default'?"),
        Row(
            PlanText.head + "parameters: {a: [1]}\n" + PlanText.steps,
            "plan.yaml:3:17: the default of parameter 'a' must be text, not a list"),
        Row(
            PlanText.head + "parameters: {a: \"x\\ty\"}\n" + PlanText.steps,
            "plan.yaml:3:17: the default of parameter 'a' contains a control character"),
        Row(
            PlanText.head + "parameters: {size: 1}\nsteps:\n  - run: echo ${sise}\n",
            "plan.yaml:5:10: unknown parameter '${sise}': did you mean ${size}?"),
        Row(
            PlanText.head + "steps:\n  - run: echo ${HOME}\n",
            """
            plan.yaml:4:10: unknown parameter '${HOME}': declare it under 'parameters', or write $${ for a \
            literal ${ in a shell command
            """),
        Row(
            PlanText.head + "steps:\n  - run: echo ${HOME\n",
            "plan.yaml:4:10: '${' without '}': write ${NAME}, or $${ for a literal ${"),
        Row(
            PlanText.head + "parameters: {n: many}\nguest:\n  cpus: ${n}\n" + PlanText.steps,
            "plan.yaml:5:9: 'cpus' in guest must be a whole number from 1 to 256, not 'many'"),
    ]

    // MARK: The guest

    private static func guest(_ text: String) -> String { PlanText.head + "guest:\n" + text + PlanText.steps }

    static let guest = [
        Row(guest("  memmory: 1GiB\n"), "plan.yaml:4:3: unknown key 'memmory' in guest: did you mean 'memory'?"),
        Row(guest("  memory: 1GB\n"), "plan.yaml:4:11: 'memory' in guest: '1GB' is not a size: did you mean 1GiB?"),
        Row(guest("  memory: 64MiB\n"), "plan.yaml:4:11: 'memory' in guest must be from 128MiB to 1TiB, not '64MiB'"),
        Row(guest("  memory: [1]\n"), "plan.yaml:4:11: 'memory' in guest must be a size such as 10MiB, not a list"),
        Row(guest("  cpus: 0\n"), "plan.yaml:4:9: 'cpus' in guest must be a whole number from 1 to 256, not '0'"),
        Row(guest("  cpus: 2.0\n"), "plan.yaml:4:9: 'cpus' in guest must be a whole number from 1 to 256, not '2.0'"),
        Row(
            guest("  cpus: 99999999999999999999\n"),
            "plan.yaml:4:9: 'cpus' in guest must be a whole number from 1 to 256, not '99999999999999999999'"),
        Row(
            guest("  image: ../etc\n"),
            """
            plan.yaml:4:10: 'image' in guest must be the name of an image, not '../etc': use lower-case \
            letters, digits, '-' and '.'
            """),
        Row(
            guest("  init: sytemd\n"),
            "plan.yaml:4:9: 'init' in guest must be fast or systemd, not 'sytemd': did you mean 'systemd'?"),
        Row(
            guest("  accel: kwm\n"),
            "plan.yaml:4:10: 'accel' in guest must be kvm, tcg or auto, not 'kwm': did you mean 'kvm'?"),
        Row(
            guest("  command-line: quiet\n"),
            "plan.yaml:4:17: 'command-line' in guest must be a list, not 'quiet': write '[a, b]' or '- a' lines"),
        Row(
            guest("  command-line: [quiet loglevel=7]\n"),
            """
            plan.yaml:4:18: an item of 'command-line' in guest must be one argument, not 'quiet loglevel=7': \
            make it several items, or put double quotes around a value with spaces
            """),
        Row(
            guest("  command-line: [nosmt, quiet]\n"),
            """
            plan.yaml:4:25: an item of 'command-line' in guest must not be 'quiet': findings are read from the \
            console: leave it out
            """),
        Row(
            guest("  command-line: [\"é\"]\n"),
            "plan.yaml:4:18: an item of 'command-line' in guest must be printable ASCII, not 'é'"),
        Row(
            guest("  command-line: [a=\(String(repeating: "b", count: 1030))]\n"),
            "plan.yaml:4:17: 'command-line' in guest is longer than 1024 bytes"),
        Row(
            PlanText.head + "guest: big\n" + PlanText.steps,
            """
            plan.yaml:3:8: guest must be a mapping, not 'big': write 'key: value' with extends, memory, \
            cpus, image, init, accel, backend, boot, command-line, devices, iommu or harness
            """),
    ]

    private static func device(_ text: String) -> String { guest("  devices:\n    - \(text)\n") }

    static let devices = [
        Row(device("virtofs: {tag: a}"), "plan.yaml:5:7: unknown device 'virtofs': did you mean 'virtiofs'?"),
        Row(
            device("virtiofs"),
            """
            plan.yaml:5:7: a device must be a mapping such as 'virtiofs: {…}', not 'virtiofs': did you mean \
            'virtiofs: …'?
            """),
        Row(device("virtiofs: {}"), "plan.yaml:5:17: virtiofs has no 'tag': add 'tag: …'"),
        Row(
            device("virtiofs: {tag: a:b}"),
            "plan.yaml:5:23: 'tag' in virtiofs must be 1 to 36 letters, digits, '.', '_' and '-', not 'a:b'"),
        Row(
            device("virtiofs: {tag: \(String(repeating: "a", count: 37))}"),
            """
            plan.yaml:5:23: 'tag' in virtiofs must be 1 to 36 letters, digits, '.', '_' and '-', not \
            'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
            """),
        Row(
            device("virtiofs: {tag: a, cache: never}"),
            "plan.yaml:5:33: 'cache' in virtiofs must be none, auto, always or metadata, not 'never'"),
        Row(
            device("virtiofs: {tag: a, cache: allways}"),
            """
            plan.yaml:5:33: 'cache' in virtiofs must be none, auto, always or metadata, not 'allways': did you \
            mean 'always'?
            """),
        Row(
            device("virtiofs: {tag: a, daemon: go}"),
            "plan.yaml:5:34: 'daemon' in virtiofs must be any, c or rust, not 'go'"),
        Row(
            device("virtiofs: {tag: a, read-only: yes}"),
            "plan.yaml:5:37: 'read-only' in virtiofs must be true or false, not 'yes': did you mean true?"),
        Row(
            device("virtiofs: {tag: a, cache: metadata, daemon: c}"),
            """
            plan.yaml:5:26: the C virtiofsd has no cache mode 'metadata': use 'daemon: rust', or another cache mode
            """),
        Row(
            device("virtiofs: {tag: a, share: ../x}"),
            """
            plan.yaml:5:33: 'share' in virtiofs: '../x' is not a path below the plan: write it relative to the \
            plan's directory, without '..'
            """),
        Row(
            device("virtiofs: {tag: a, share: /etc}"),
            """
            plan.yaml:5:33: 'share' in virtiofs: '/etc' is not a path below the plan: write it relative to the \
            plan's directory, without '..'
            """),
        Row(
            device("virtiofs: {tag: a}\n    - virtiofs: {tag: a}"),
            """
            plan.yaml:6:7: a second virtiofs device has the tag 'a': the first is in line 5; give this one \
            another tag
            """),
        Row(
            device("virtiofs: {tag: a}\n      tag: b"),
            "plan.yaml:6:7: a device has one key, 'virtiofs', and not 'tag' too: indent 'tag' below 'virtiofs'"),
        Row(
            guest("  devices: [\((1...17).map { "{virtiofs: {tag: t\($0)}}" }.joined(separator: ", "))]\n"),
            "plan.yaml:4:12: guest has more than 16 devices"),
    ]

    // MARK: Steps

    private static func step(_ text: String) -> String {
        PlanText.head + """
            guest:
              devices:
                - virtiofs: {tag: modules}
            steps:
              - \(text)

            """
    }

    static let steps = [
        Row(
            step("modul.insert: {path: /a}"),
            "plan.yaml:7:5: unknown step 'modul.insert': did you mean 'module.insert'?"),
        Row(
            step("dance: {}"),
            """
            plan.yaml:7:5: unknown step 'dance': use module.build, userspace.build, module.pad, mkfs, mount, pmem, \
            pmem.save, pmem.restore, unmount, module.insert, module.remove, module.cycle, run, fstests, kselftest or \
            suite
            """),
        Row(
            step("run"),
            "plan.yaml:7:5: a step must be a mapping such as 'module.build: {…}', not 'run': did you mean 'run: …'?"),
        Row(
            step("module.insert:\n    path: /a"),
            """
            plan.yaml:8:5: a step has one key, 'module.insert', and not 'path' too: indent 'path' below \
            'module.insert'
            """),
        Row(
            step("run: a\n    unmount: /b"),
            "plan.yaml:8:5: a step has one key, 'run', and not 'unmount' too: begin another item with '- unmount:'"),
        Row(
            step("module.insert: {path: /a, timout: 3s}"),
            "plan.yaml:7:31: unknown key 'timout' in module.insert: did you mean 'timeout'?"),
        Row(
            step("module.insert: {path: /a, timeout: 30}"),
            "plan.yaml:7:40: 'timeout' in module.insert: '30' is not a duration: did you mean 30s?"),
        Row(
            step("module.insert: {path: /a, timeout: 0s}"),
            "plan.yaml:7:40: 'timeout' in module.insert must be from 1ms to 24h, not '0s'"),
        Row(
            step("module.insert: {path: /a, timeout: {}}"),
            "plan.yaml:7:40: 'timeout' in module.insert must be a duration such as 30s, not a mapping"),
        Row(
            step("module.insert: {}"),
            """
            plan.yaml:7:20: module.insert has neither 'path' nor 'module': add 'path: /…' for a file in the \
            guest or 'module: NAME' for one of the kernel's own
            """),
        Row(
            step("module.insert: {path: /a, module: b}"),
            "plan.yaml:7:39: module.insert has both 'path' and 'module': keep one of them"),
        Row(
            step("module.insert: {path: /a, parameters: [a b]}"),
            """
            plan.yaml:7:44: an item of 'parameters' in module.insert must be one word, not 'a b': make it \
            several items, such as [a, b=1]
            """),
        Row(
            step("module.insert: dummy"),
            """
            plan.yaml:7:20: module.insert must be a mapping, not 'dummy': write 'key: value' with path, module, \
            parameters, dependencies, name, timeout, setup, when or unless
            """),
        Row(
            step("module.remove: dummy.ko"),
            """
            plan.yaml:7:20: 'module' in module.remove must be the name of a module, not 'dummy.ko': leave out \
            '.ko'
            """),
        Row(
            step("module.pad: {module: dummy, size: 10M, to: \"modules:/a\"}"),
            "plan.yaml:7:39: 'size' in module.pad: '10M' is not a size: did you mean 10MiB?"),
        Row(
            step("module.pad: {module: dummy, size: 2GiB, to: \"modules:/a\"}"),
            "plan.yaml:7:39: 'size' in module.pad must be from 1 to 1GiB, not '2GiB'"),
        Row(
            step("module.pad: {}"),
            "plan.yaml:7:17: module.pad has no 'module': add 'module: …'",
            "plan.yaml:7:17: module.pad has no 'size': add 'size: …'",
            "plan.yaml:7:17: module.pad has no 'to': add 'to: …'"),
        Row(
            step("mount: {virtiofs: module, at: /m}"),
            """
            plan.yaml:7:23: 'virtiofs' in mount: the guest has no virtiofs device with the tag 'module': did \
            you mean 'modules'?
            """),
        Row(
            step("mount: {virtiofs: modules, at: /m, options: [\"a,b\"]}"),
            """
            plan.yaml:7:50: an item of 'options' in mount must be one word, not 'a,b': make it several items, \
            such as [a, b=1]
            """),
        Row(
            step("mount: {virtiofs: modules, at: /m, read-only: 1}"),
            "plan.yaml:7:51: 'read-only' in mount must be true or false, not '1': did you mean true?"),
        Row(step("run: []"), "plan.yaml:7:10: 'command' in run names no program: write '[PROGRAM, ARGUMENT…]'"),
        Row(step("run: [[a]]"), "plan.yaml:7:11: an item of 'command' in run must be text, not a list"),
        Row(step("run: \" \""), "plan.yaml:7:10: 'command' in run is empty: write what to run"),
        Row(
            step("run: {command: a, status: 256}"),
            "plan.yaml:7:31: 'status' in run must be a whole number from 0 to 255, not '256'"),
        Row(
            step("run: {command: a, case: c}\n  - run: {command: b, case: c}"),
            "plan.yaml:8:5: a second step makes a case 'c': the first is in line 7; give this one another name"),
        Row(step("run:"), "plan.yaml:7:9: 'command' in run has no value: write 'command: …'"),
        Row(
            PlanText.head + "steps:\n  - mount: {virtiofs: a, at: /m}\n",
            """
            plan.yaml:4:23: 'virtiofs' in mount: the guest has no virtiofs device with the tag 'a': declare it \
            under 'devices' in 'guest'
            """),
    ]

    private static func pad(to text: String) -> String { step("module.pad: {module: m, size: 1, to: \"\(text)\"}") }
    private static func mount(at text: String) -> String { step("mount: {virtiofs: modules, at: \"\(text)\"}") }

    static let paths = [
        Row(
            pad(to: "big.ko"),
            "plan.yaml:7:42: 'to' in module.pad must be TAG:/PATH, not 'big.ko': did you mean 'modules:/big.ko'?"),
        Row(
            pad(to: "modules:big.ko"),
            "plan.yaml:7:42: 'to' in module.pad: 'big.ko' is not absolute: begin it with '/'"),
        Row(
            pad(to: "modules:/../big.ko"),
            "plan.yaml:7:42: 'to' in module.pad: '/../big.ko' contains '..': write the path out"),
        Row(
            pad(to: "modules://a/./b"),
            "plan.yaml:7:42: 'to' in module.pad: '//a/./b' is not normalised: did you mean '/a/b'?"),
        Row(
            pad(to: "moduls:/a"),
            """
            plan.yaml:7:42: 'to' in module.pad: the guest has no virtiofs device with the tag 'moduls': did you \
            mean 'modules'?
            """),
        Row(mount(at: "mnt"), "plan.yaml:7:36: 'at' in mount: 'mnt' is not absolute: begin it with '/'"),
        Row(mount(at: "/mnt/"), "plan.yaml:7:36: 'at' in mount: '/mnt/' is not normalised: did you mean '/mnt'?"),
        Row(mount(at: "/"), "plan.yaml:7:36: 'at' in mount: '/' is the root directory: name something below it"),
        Row(
            mount(at: "/a\\u001b[2J"),
            "plan.yaml:7:36: 'at' in mount: '/a\\u{1B}[2J' contains a control character: remove it"),
        Row(
            mount(at: "/" + String(repeating: "a", count: 256)),
            """
            plan.yaml:7:36: 'at' in mount: '/\(String(repeating: "a", count: 59))…' is longer than Linux \
            allows: shorten it
            """),
    ]

    // MARK: Calibration and requirements

    private static func calibration(_ text: String) -> String {
        PlanText.head + PlanText.steps + "calibration: \(text)\n"
    }
    private static func requires(_ text: String) -> String { PlanText.head + PlanText.steps + "requires: \(text)\n" }

    static let calibration = [
        Row(calibration("{fail: []}"), "plan.yaml:5:15: unknown key 'fail' in calibration: did you mean 'fails'?"),
        Row(
            calibration("{fails: [{}]}"),
            "plan.yaml:5:23: an item of 'fails' in calibration has no 'kernel': add 'kernel: …'"),
        Row(
            calibration("{fails: [{kernel: \"debain:6.1\"}]}"),
            "plan.yaml:5:32: 'debain:6.1' is not the name of a kernel: did you mean 'debian:6.1'?"),
        Row(
            calibration("{fails: [{kernel: 6.1}]}"),
            "plan.yaml:5:32: '6.1' is not the name of a kernel: did you mean 'debian:6.1'?"),
        Row(
            calibration("{passes: [{kernel: host, finding: x}]}"),
            "plan.yaml:5:39: unknown key 'finding' in an item of 'passes' in calibration: use kernel, mutate or with"),
        Row(
            calibration("{fails: [{kernel: host}], passes: [{kernel: host}]}"),
            "plan.yaml:5:49: calibration names host a second time: the first is in line 5; keep one of them"),
    ]

    static let requires = [
        Row(
            requires("{accel: kvm, modules: [a/b]}"),
            "plan.yaml:5:34: an item of 'modules' in requires must be the name of a module, not 'a/b'"),
        Row(
            requires("{config: [VIRTIO_FS]}"),
            """
            plan.yaml:5:21: an item of 'config' in requires must be CONFIG_NAME or CONFIG_NAME=VALUE, not \
            'VIRTIO_FS': did you mean 'CONFIG_VIRTIO_FS'?
            """),
        Row(
            requires("{accel: kvm}\nguest: {accel: tcg}"),
            "plan.yaml:5:12: the plan requires kvm and its guest asks for tcg: keep one of them"),
    ]
}
