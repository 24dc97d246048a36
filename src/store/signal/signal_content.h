#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/document.h"
#include "store/part/block_writer.h"
#include "store/signal/signal_part.h"

namespace tomograph {

/// A part to be written: `write` puts its sections, and tells its facts (spans: rows; start_min and
/// end_max: their times; second_min and second_max: what retention goes by; lsn_min, lsn_max).
struct SignalPartPlan {
    std::int64_t second = 0;  ///< some second of the day that it belongs to (UTC)
    std::function<Result<PartFacts>(PartBlockWriter&)> write;
};

/// What is open, as parts.
struct SignalFlush {
    Lsn through;  ///< all records up to this one; 0: nothing is open
    std::vector<SignalPartPlan> parts;
};

/// What one kind of signal makes of its records. A signal (signal.h) keeps records as they are, in
/// a log; its content shows them at once, and writes them into parts when asked.
///
/// To make a signal: derive from this, put the object into a Signal with a name and bounds, hand
/// that to EmbeddedStoreOptions::signals, and to appends. Readers take what is open *first*, then
/// Signal::view(), and leave out what is open up to the view's `through`: so each record is seen
/// once, wherever it is.
class SignalContent {
 public:
    virtual ~SignalContent() = default;

    /// A record that is on stable storage: show it. In the order of numbers, from the log's thread
    /// or that of a replay. What cannot be read is the content's own to count.
    virtual void apply(Lsn lsn, Instant received, std::string record) = 0;
    /// Memory of all that was applied and not dropped. Threads: any.
    virtual std::uint64_t open_bytes() const = 0;

    // From the thread that maintains the signal.

    /// All that was applied so far, as parts. It stays open until drop(); after a failure the next
    /// flush has it again.
    virtual SignalFlush begin_flush() = 0;
    /// Records up to `through` are in parts that every reader finds from now on.
    virtual void drop(Lsn through) = 0;
    /// Parts of one day, oldest first, as one.
    virtual SignalPartPlan merge(std::vector<std::shared_ptr<SignalPart>> parts) = 0;
    /// What readers need of a part that was opened. Null is allowed. errors: corrupt, invalid, io
    virtual Result<std::unique_ptr<SignalPartContent>> open_part(const PartBlockReader& blocks) = 0;
};

}  // namespace tomograph
