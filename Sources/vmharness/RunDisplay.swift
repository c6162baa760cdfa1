import Foundation
import RunRecord
import Runner

/// What a person sees while cells run.
protocol RunDisplay: Sendable {
    /// Tells of what happened, from any task.
    func show(_ event: RunEvent)
    /// Takes what stands of a run that is gone on with: those of these cells that are complete are not run again.
    func resume(_ cells: [CellRecord])
    /// Takes how many seconds cells took in the past, by their ids; asks for them only if it shows them.
    func expect(_ seconds: () -> [String: Double])
    /// Keeps what moves by itself up to date, until its task is cancelled.
    func tick() async
    /// Leaves the terminal as it was found. What comes afterwards is not shown.
    func end()
}

/// Chooses how a run is shown.
enum RunDisplays {
    /// A live display where standard error is a terminal that has one, else a line for each event.
    ///
    /// - Parameters:
    ///   - cells: all that will run.
    ///   - isQuiet: only what a person must act on.
    static func display(of cells: [Cell], isQuiet: Bool) -> any RunDisplay {
        guard !isQuiet, canMoveCursor(ProcessInfo.processInfo.environment, isTerminal: isatty(STDERR_FILENO) == 1)
        else { return EventPrinter(isQuiet: isQuiet) }
        return LiveDisplay(cells.map { DisplayCell($0) })
    }

    /// True for a terminal that may be coloured and drawn on (no-color.org).
    static func canMoveCursor(_ environment: [String: String], isTerminal: Bool) -> Bool {
        let kind = environment["TERM"] ?? ""
        return isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && !kind.isEmpty && kind != "dumb"
    }
}
