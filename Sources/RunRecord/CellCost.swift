/// What a cell took of the host and of time, for the next of its like.
public struct CellCost: Sendable, Hashable, Codable {
    /// What two cells have in common that take about the same.
    public struct Shape: Sendable, Hashable, Codable {
        /// The plan's name.
        public var plan: String
        /// `kvm` or `tcg`.
        public var accelerator: String
        /// The guest's memory in bytes.
        public var guestMemory: Int
        /// The guest's CPUs.
        public var cpus: Int

        /// A plan in a guest of a certain size.
        public init(plan: String, accelerator: String, guestMemory: Int, cpus: Int) {
            self.plan = plan
            self.accelerator = accelerator
            self.guestMemory = guestMemory
            self.cpus = cpus
        }
    }

    /// The plan and its guest.
    public var shape: Shape
    /// The kernel that its results are about.
    public var kernel: String
    /// The values of the plan's parameters.
    public var parameters: [String: String]
    /// Wall time in seconds.
    public var seconds: Double
    /// Bytes of memory that its guests took at most; nil if that was not measured.
    public var peakMemory: Int?
    /// CPUs that it kept busy on average, or would have if the host had had them; nil if that was not measured.
    public var cores: Double?

    /// A cost as it was measured.
    public init(
        shape: Shape, kernel: String, parameters: [String: String], seconds: Double, peakMemory: Int? = nil,
        cores: Double? = nil
    ) {
        self.shape = shape
        self.kernel = kernel
        self.parameters = parameters
        self.seconds = seconds
        self.peakMemory = peakMemory
        self.cores = cores
    }

    /// What a cell took that has ended; nil if it says nothing of the next: it had no guest, or something broke on our
    /// side.
    public init?(_ cell: CellRecord) {
        guard let environment = cell.environment, ![.error, .skip].contains(cell.verdict), cell.isComplete == true
        else {
            return nil
        }
        // The attempts of a cell follow one another; the next needs no second one.
        let attempts = Double(cell.attempts?.count ?? 1)
        let cpu = cell.cpuSeconds.map { $0 + (cell.cpuWaitSeconds ?? 0) }
        self.init(
            shape: Shape(
                plan: cell.plan, accelerator: environment.accelerator.used, guestMemory: environment.memory,
                cpus: environment.cpus),
            kernel: cell.testedKernel, parameters: cell.parameters, seconds: cell.seconds / attempts,
            peakMemory: cell.peakMemory, cores: cpu.flatMap { cell.seconds > 0 ? $0 / cell.seconds : nil })
    }
}
