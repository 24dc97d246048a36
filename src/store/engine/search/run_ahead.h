#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "store/engine/search/run_reader.h"

namespace tomograph {

/// Reads the runs of a walk on two threads: the one that walks, and one of its own that is a few
/// runs ahead. Whoever waits for a run reads the next one meanwhile.
///
/// Runs are given in any order, each once; those that the walk has gone past are not read ahead.
/// The second thread begins with the second run that is wanted: a page that one run fills costs no
/// thread.
class RunAhead {
 public:
    struct Run {
        std::shared_ptr<LivePart> part;
        std::size_t run = 0;
    };
    /// One for each thread; either may be null, then nothing is judged.
    struct Judges {
        std::shared_ptr<MatchSource> own;
        std::shared_ptr<MatchSource> ahead;
    };
    /// walk  borrowed; does not change any more
    /// runs  in the order in which the walk will come to them
    RunAhead(const RunReader::Walk& walk, Judges judges, std::vector<Run> runs);
    /// Waits for the run that is being read.
    ~RunAhead();
    RunAhead(const RunAhead&) = delete;
    RunAhead& operator=(const RunAhead&) = delete;

    /// The run with this number, counted as they were given. From the thread that walks.
    /// errors: as RunReader
    Result<ReadRun> take(std::size_t number);

 private:
    enum class Stage : std::uint8_t { waiting, reading, read, taken };
    struct Place {
        Stage stage = Stage::waiting;
        std::optional<Result<ReadRun>> result;
    };
    struct State {
        std::vector<Place> places;
        std::size_t next = 0;   ///< nothing before it is waiting to be read ahead
        std::size_t ahead = 0;  ///< runs that are being read, or were, and are not taken
        bool is_stopping = false;
    };

    /// A run to read ahead, which is the caller's from then on.
    static std::optional<std::size_t> claim_next(State& state);
    void read(std::size_t number, RunReader& reader);
    void start_thread();
    void run();

    const std::vector<Run> runs_;
    RunReader own_;
    RunReader ahead_;
    const bool is_judged_;
    Guarded<State> state_;
    std::condition_variable changed_;
    std::size_t taken_ = 0;  ///< by the thread that walks
    std::thread thread_;
};

}  // namespace tomograph
