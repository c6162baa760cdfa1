public import Foundation

/// One plan on one kernel with one set of parameters, and what came of it.
public struct CellRecord: Sendable, Hashable, Codable {
    /// Unique in its run, and the name of its directory: `virtiofs-kvec@debian-6.1`.
    public var id: String
    /// The plan's name.
    public var plan: String
    /// The kernel as asked for: `debian:6.1`.
    public var kernel: String
    /// The name of the plan's mutation of the kernel, with which it was run; nil for the kernel as it is.
    public var mutation: String?
    /// What started its guests, `qemu` or `libvirt`, where the cell was asked for so; nil elsewhere.
    public var backend: String?
    /// Parameters of the plan, as they were used.
    public var parameters: [String: String]
    /// What is said of it: over its cases.
    public var verdict: Verdict
    /// Why, in one sentence; nil for a plain pass.
    public var reason: String?
    /// What its matrix expects of it, and whether that came; nil if nothing is.
    public var expected: CellExpectation?
    /// When it began.
    public var started: Date
    /// Wall time in seconds.
    public var seconds: Double
    /// Seconds from the start of QEMU to the end of the first SSH command; nil if it never came to that.
    public var bootSeconds: Double?
    /// Bytes of the host's memory that its guests took at most at one time; nil if it could not be seen, and in documents
    /// from before it was measured.
    public var peakMemory: Int?
    /// Seconds of the host's CPUs that its guests took; nil as above.
    public var cpuSeconds: Double?
    /// Seconds that threads of its guests were ready to run and the host had no CPU for them; nil as above.
    public var cpuWaitSeconds: Double?
    /// Its attempts, where it was run again because it had failed: all of them, the first too; nil where it was not.
    public var attempts: [AttemptRecord]?
    /// Its guests, in the order in which they were started; nil in documents from before there were several.
    public var guests: [GuestRecord]?
    /// True once all of it has run; nil while it runs, and for ever if it was interrupted.
    public var isComplete: Bool?
    /// Its cases, in the order in which they ran.
    public var cases: [CaseRecord]
    /// What really ran; nil if no guest was started.
    public var environment: EnvironmentRecord?
    /// Its directory, relative to the run's.
    public var directory: String

    /// Its document while its run goes on: a file of this name in its directory, replaced whole after every case.
    public static let fileName = "cell.json"

    /// A cell that has just begun: no cases, verdict `error` until they are in.
    public init(
        id: String, plan: String, kernel: String, mutation: String? = nil, parameters: [String: String],
        started: Date, directory: String
    ) {
        self.id = id
        self.plan = plan
        self.kernel = kernel
        self.mutation = mutation
        self.parameters = parameters
        self.verdict = .error
        self.started = started
        self.seconds = 0
        self.cases = []
        self.directory = directory
    }

    /// The document, with sorted keys.
    ///
    /// - Throws: `EncodingError`, for a number that JSON cannot hold.
    public func json() throws -> Data { try RunRecord.encoder.encode(self) }

    /// Reads a document.
    ///
    /// - Throws: `DecodingError`.
    public init(json: Data) throws { self = try RunRecord.decoder.decode(CellRecord.self, from: json) }

    /// The findings of all its cases.
    public var findings: [Finding] { cases.flatMap(\.findings) }

    /// The kernel that its results are about, by which they are kept apart: `debian:6.1`, with a mutation
    /// `debian:6.1,mutate=NAME`, with a backend of the cell's own `debian:6.1,backend=NAME`.
    public var testedKernel: String { Self.testedKernel(kernel, mutation: mutation, backend: backend) }

    /// The kernel that results are about.
    ///
    /// - Parameters:
    ///   - kernel: as asked for.
    ///   - mutation: the name of what was changed in it; nil for the kernel as it is.
    ///   - backend: what the cell was to be started by; nil if it did not say.
    public static func testedKernel(_ kernel: String, mutation: String?, backend: String? = nil) -> String {
        kernel + (mutation.map { ",mutate=\($0)" } ?? "") + (backend.map { ",backend=\($0)" } ?? "")
    }

    /// The name of the case, of no step, that says that the kernel was not the mutated one.
    public static let mutationCase = "mutation"

    /// Sets the seconds of the host's CPUs over its guests.
    public mutating func addUpGuests() {
        func sum(_ value: (GuestRecord) -> Double?) -> Double? {
            let values = (guests ?? []).compactMap(value)
            return values.isEmpty ? nil : values.reduce(0, +)
        }
        cpuSeconds = sum(\.cpuSeconds)
        cpuWaitSeconds = sum(\.cpuWaitSeconds)
    }

    /// Sets the verdict over the cases, with the reason of the first that decided it, and whether it is as expected.
    public mutating func conclude() {
        decideVerdict()
        judgeExpectation()
    }

    /// Sets whether the verdict is as expected.
    mutating func judgeExpectation() {
        let isMet = expected?.isMet(by: self)
        expected?.isMet = isMet
    }

    private mutating func decideVerdict() {
        // Whatever its cases say then, they say it of another kernel than the one that was asked for.
        if mutation != nil,
            let broken = cases.first(where: {
                $0.name == Self.mutationCase && $0.step == nil && $0.verdict == .error
            })
        {
            verdict = .error
            reason = broken.reason
            return
        }
        verdict = .over(cases.map(\.verdict))
        reason = cases.first { $0.verdict == verdict && $0.reason != nil }?.reason
    }
}
