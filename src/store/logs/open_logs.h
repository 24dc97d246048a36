#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "store/logs/batch_codec.h"

namespace tomograph {

/// Lines that are in no part yet, as they came, with the place of each. Immutable.
struct OpenBatch {
    struct Line {
        std::uint32_t offset = 0;  ///< into bytes
        std::uint32_t stream = 0;
        LogPlace place;
    };

    std::string bytes;  ///< of the records, one behind the other
    std::vector<LogStream> streams;
    std::vector<Line> lines;
    Lsn lsn_min;
    Lsn lsn_max;
    Instant time_min;
    Instant time_max;
    Instant received_max;

    /// errors  corrupt: never of what OpenLogs took
    Result<LogRow> row(const Line& line) const;
    std::size_t memory() const;
};
using OpenBatches = std::vector<std::shared_ptr<const OpenBatch>>;

/// The open lines of the signal. Small batches are put together, so that a reader holds few.
/// Threads: any; add() and drop() one at a time.
class OpenLogs {
 public:
    /// Takes a record of the log. errors: corrupt, invalid; nothing is kept then
    Result<void> add(Lsn lsn, Instant received, const std::string& record);
    /// Forgets what a take() gave up to `through`.
    void drop(Lsn through);

    OpenBatches batches() { return state_.lock()->batches; }
    /// The same, for a flush: what comes later is not put together with these.
    OpenBatches take();
    std::uint64_t bytes() const { return bytes_; }
    std::uint64_t lines() const { return lines_; }

 private:
    struct State {
        OpenBatches batches;    ///< by number
        std::size_t small = 0;  ///< at the end, each of one request
    };

    void put_together(State& state);

    Guarded<State> state_;
    std::atomic<std::uint64_t> bytes_{0};
    std::atomic<std::uint64_t> lines_{0};
};

}  // namespace tomograph
