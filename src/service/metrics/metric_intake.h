#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/metrics.h"
#include "base/result.h"
#include "store/metric_store.h"

namespace tomograph {

/// What became of the data points of a request.
struct MetricOutcome {
    std::uint64_t points = 0;  ///< all that there were
    /// Why points were not kept, and how many.
    std::map<std::string_view, std::uint64_t> rejections;

    std::uint64_t rejected() const;
    /// "2 of 5 points: the point has no time (2)"; "" when all were kept.
    std::string sentence() const;
};

/// Takes OTLP metrics into a store of series, as Prometheus has them (docs/formats/metrics.md).
///
///   delta       becomes a running total; the first one starts at zero. A point that came before is
///               passed over, so that a request may be sent again.
///   a new start of what only counts up adds a zero there, so that no increase is lost to a restart
///   no value    ends the series there
///   target_info what else is known of a resource, beside its points
///
/// Totals are in memory: after a restart of the server a counter of deltas begins at zero again,
/// which rate() takes for what it is.
///
/// Bounded: metric_series_max series that are written to; points of another one are refused.
///
/// Threads: any; one request at a time is worked on.
class MetricIntake {
 public:
    /// All outlive it.
    MetricIntake(MetricStore& store, const Clock& clock, MetricsRegistry& registry);

    using Done = std::function<void(Result<MetricOutcome>)>;

    /// message  an ExportMetricsServiceRequest; borrowed for the call
    /// done     when all that is kept is on stable storage, from any thread
    /// errors   invalid  no such message: nothing is kept; those of MetricStore::append
    void put(std::string_view message, Done done);

 private:
    class Request;

    /// What was last heard of a series.
    struct Stream {
        std::int64_t last_ms = 0;
        std::int64_t start_ms = 0;
        double total = 0;  ///< of deltas
        double lost = 0;   ///< by rounding, of `total`
    };
    struct State {
        std::unordered_map<std::uint64_t, Stream> streams;  ///< by hash of the labels
        Duration next_sweep{};
    };

    void make_room(State& state);
    void count(const MetricOutcome& outcome);

    MetricStore& store_;
    const Clock& clock_;
    MetricsRegistry& registry_;
    Counter& points_;
    Guarded<State> state_;
    std::atomic<std::size_t> series_{0};
};

}  // namespace tomograph
