import Foundation

/// When a guest of a cell ran.
struct GuestSpan {
    /// Its number in the cell.
    var number: Int
    /// The attempt at the cell, if not the first.
    var attempt: Int?
    var start: Date
    var end: Date
    /// Seconds until it answered; nil if it never did.
    var boot: Double?
}

extension CellRecord {
    /// Its guests; of older records, which do not have their times, one for the whole cell.
    var guestSpans: [GuestSpan] {
        guard environment != nil else { return [] }
        let end = started + seconds
        let spans = (guests ?? []).compactMap { guest -> GuestSpan? in
            guard let began = guest.began else { return nil }
            let start = started + began
            return GuestSpan(
                number: guest.number, attempt: guest.attempt, start: start,
                end: guest.lasted.map { start + $0 } ?? max(start, end),
                boot: guest.bootSeconds)
        }
        return spans.isEmpty ? [GuestSpan(number: 1, start: started, end: end, boot: bootSeconds)] : spans
    }
}
