import HostProcess
import ResultStore
import RunRecord
import SystemPackage

/// Puts a run that has ended into the store.
enum ResultRecording {
    /// A store that does not work is a warning and no more: the run's own files are whole.
    static func record(_ run: RunRecord, directory: FilePath) {
        do {
            try ResultStore.open(ResultStore.standardPath).record(run, directory: directory)
        } catch {
            let advice = "`vmharness results rebuild \(directory)` adds it, once that is mended"
            Terminal.error("warning: the run is not in the results database: \(error)\n     do: \(advice)")
        }
    }
}
