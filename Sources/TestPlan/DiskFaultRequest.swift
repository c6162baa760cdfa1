/// An error with which a disk answers the guest's requests, as a failing drive does.
public struct DiskFaultRequest: Sendable, Hashable {
    /// The kinds of request.
    public enum Request: String, Sendable, Hashable, Codable, CaseIterable {
        /// Reading.
        case read
        /// Writing.
        case write
        /// Writing back the drive's cache.
        case flush
        /// TRIM.
        case discard
        /// Writing zeros without sending them.
        case writeZeroes = "write-zeroes"
    }

    /// What QEMU's backend says (errno(3)). `ENOSPC` is not among them: QEMU stops a guest for it.
    public enum ErrorName: String, Sendable, Hashable, Codable, CaseIterable {
        /// Input/output error.
        case io = "EIO"
        /// Cancelled: NVMe tells the guest that the command was aborted.
        case cancelled = "ECANCELED"
        /// Timed out.
        case timedOut = "ETIMEDOUT"

        /// Its number on Linux (include/uapi/asm-generic/errno.h of the kernel).
        public var number: Int {
            switch self {
            case .io: 5
            case .cancelled: 125
            case .timedOut: 110
            }
        }
    }

    /// On which requests.
    public var request: Request
    /// With which error; ``ErrorName/io`` unless the plan says otherwise.
    public var error: ErrorName
    /// Only requests that touch this sector of 512 bytes, or nil for all.
    public var sector: Int?
    /// Only the first such request fails.
    public var once: Bool

    /// Creates a request.
    public init(request: Request, error: ErrorName = .io, sector: Int? = nil, once: Bool = false) {
        self.request = request
        self.error = error
        self.sector = sector
        self.once = once
    }
}
