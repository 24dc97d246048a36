#include "store/engine/search/run_ahead.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace tomograph {
namespace {

/// Results that may wait for the walk. Each is a byte a trace row and four a counted span.
constexpr std::size_t ahead_max = 3;

}  // namespace

RunAhead::RunAhead(const RunReader::Walk& walk, Judges judges, std::vector<Run> runs)
    : runs_(std::move(runs)),
      own_(walk, judges.own),
      ahead_(walk, judges.ahead),
      is_judged_(judges.own != nullptr && judges.ahead != nullptr) {
    state_.lock()->places.resize(runs_.size());
}

RunAhead::~RunAhead() {
    state_.lock()->is_stopping = true;
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

std::optional<std::size_t> RunAhead::claim_next(State& state) {
    while (state.next < state.places.size() && state.places[state.next].stage != Stage::waiting)
        ++state.next;
    if (state.next == state.places.size() || state.ahead >= ahead_max || state.is_stopping)
        return std::nullopt;
    state.places[state.next].stage = Stage::reading;
    ++state.ahead;
    return state.next++;
}

void RunAhead::read(std::size_t number, RunReader& reader) {
    auto result = reader.read(*runs_[number].part, runs_[number].run);
    {
        auto state = state_.lock();
        state->places[number].result.emplace(std::move(result));
        state->places[number].stage = Stage::read;
    }
    changed_.notify_all();
}

void RunAhead::run() {
    while (true) {
        std::optional<std::size_t> number;
        {
            auto state = state_.lock();
            changed_.wait(state.mutex(), [&] {
                if (!state->is_stopping) number = claim_next(*state);
                return state->is_stopping || number;
            });
        }
        if (!number) return;
        read(*number, ahead_);
    }
}

void RunAhead::start_thread() {
    try {
        thread_ = std::thread([this] { run(); });
    } catch (const std::system_error&) {
        // The system has no thread to give: then one does all of it.
    }
}

Result<ReadRun> RunAhead::take(std::size_t number) {
    ASSERT(number < runs_.size());
    if (is_judged_ && ++taken_ == 2 && runs_.size() > 2) start_thread();
    while (true) {
        std::optional<std::size_t> meanwhile;
        {
            auto state = state_.lock();
            Place& place = state->places[number];
            // What lies before it the walk has come to already.
            state->next = std::max(state->next, number + 1);
            if (place.stage == Stage::waiting) {
                place.stage = Stage::taken;
                break;
            }
            if (place.stage == Stage::reading) meanwhile = claim_next(*state);
            if (!meanwhile) {
                changed_.wait(state.mutex(), [&] { return place.stage == Stage::read; });
                place.stage = Stage::taken;
                --state->ahead;
                Result<ReadRun> result = std::move(*place.result);
                place.result.reset();
                changed_.notify_all();
                return result;
            }
        }
        read(*meanwhile, own_);
    }
    changed_.notify_all();
    return own_.read(*runs_[number].part, runs_[number].run);
}

}  // namespace tomograph
