#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/guarded.h"
#include "store/engine/open_traces.h"
#include "store/engine/store_metrics.h"

namespace tomograph {

// A trace stands in the newest-first order by its second, and that can move: a document of an
// earlier start comes late, and the id says nothing believable (W3C ids are random). A listing of
// several pages keeps each trace where it stood when its first page was made, so that no page
// misses one or gives one twice; what is here remembers who moved since.

/// From that document on the trace stood at that second.
struct PlaceStep {
    Lsn from;
    std::int64_t second = 0;

    bool operator==(const PlaceStep&) const = default;
};

/// All places of a trace, in order; of one that never moved a single step. The first one holds for
/// the time before it, too: a trace that comes later than a listing has its first place there.
///
/// sealed    the winners of those in parts, which count as the first; where the trace stood before
///           it was sealed is not known of them
/// open      the documents that came since, in any order
/// outdated  those that they replaced
/// cost      O(n) when nothing can have moved, else O(n log n)
std::vector<PlaceStep> place_steps(TraceId id, std::span<const DocumentPointer> sealed,
                                   std::span<const DocumentPointer> open,
                                   std::span<const OutdatedStart> outdated);

/// Where it stood when the log had come to `as_of`.
std::int64_t place_at(std::span<const PlaceStep> steps, Lsn as_of);

/// Sealed traces that moved while somebody was listing traces. Threads: any.
class TracePlaces {
 public:
    TracePlaces(const OpenTraces& open, StoreMetrics& metrics) : open_(open), metrics_(metrics) {}

    /// A listing begins: everything that comes from now on has a higher number than what it gives
    /// back. What moves in the next listing_age_max is remembered.
    ///
    /// now  monotonic
    Lsn begin_listing(Duration now);
    /// Another page of a listing that began there: it lasts as long from now on.
    void go_on(Lsn as_of, Duration now);

    /// Whether a listing may ask where a trace stood before that document.
    bool is_asked_of(Lsn document, Duration now);

    /// A trace is sealed that moved. Steps that are known of it already come first.
    void note(TraceId id, std::vector<PlaceStep> steps);

    /// The steps of a sealed trace that moved; empty: it did not, as far as listings can ask.
    std::vector<PlaceStep> steps_of(TraceId id) const;
    /// Calls with those that moved after that document.
    void visit(Lsn as_of,
               const std::function<void(TraceId, std::span<const PlaceStep>)>& look) const;

 private:
    /// Listings that began in the same minute, by the first of them.
    struct Listing {
        Lsn as_of;
        Duration begun;
        Duration last_page;
    };
    struct State {
        std::vector<Listing> listings;  ///< by as_of
        std::unordered_map<TraceId, std::vector<PlaceStep>> moved;
        std::deque<TraceId> order;  ///< of `moved`, by when they were noted first
    };
    static void drop_old_listings(State& state, Duration now);
    static void drop_unasked(State& state);

    const OpenTraces& open_;
    StoreMetrics& metrics_;
    mutable Guarded<State> state_;
};

}  // namespace tomograph
