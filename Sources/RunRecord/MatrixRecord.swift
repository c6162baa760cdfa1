/// The matrix of which a run is, or of which it is a shard.
public struct MatrixRecord: Sendable, Hashable, Codable {
    /// One of the parts into which a matrix is divided.
    public struct Shard: Sendable, Hashable, Codable {
        /// From 1.
        public var number: Int
        /// How many there are.
        public var count: Int

        /// A part.
        public init(number: Int, count: Int) {
            self.number = number
            self.count = count
        }
    }

    /// The matrix's name.
    public var name: String
    /// Its file, absolute.
    public var file: String
    /// What the matrix came to, as a number that changes with any of its cells or of what is expected of them. Shards
    /// of one matrix have the same.
    public var digest: String
    /// How many cells the whole matrix has.
    public var cells: Int
    /// Which part of it the run is; nil for all of it.
    public var shard: Shard?

    /// A matrix as it was read.
    public init(name: String, file: String, digest: String, cells: Int, shard: Shard? = nil) {
        self.name = name
        self.file = file
        self.digest = digest
        self.cells = cells
        self.shard = shard
    }

    /// `nightly, shard 2/4`
    public var text: String { name + (shard.map { ", shard \($0.number)/\($0.count)" } ?? "") }
}
