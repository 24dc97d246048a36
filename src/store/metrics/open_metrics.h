#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/guarded.h"
#include "base/time.h"
#include "model/document.h"
#include "model/metric_batch.h"
#include "store/metric_store.h"

namespace tomograph {

/// What some records of the log held, by series.
struct OpenMetricTable {
    std::unordered_map<LabelSet, MetricSeries, LabelSetHash> series;
    std::map<std::string, MetricFamily> families;
    Lsn lsn_min;
    Lsn lsn_max;
    Instant received_max;
    std::uint64_t bytes = 0;
    std::uint64_t points = 0;

    bool is_empty() const { return lsn_max.value == 0; }
};
using OpenMetricTables = std::vector<std::shared_ptr<const OpenMetricTable>>;

/// The open points of the signal: a table that grows, and those that are being written into parts.
/// Threads: any; add(), take() and drop() one at a time.
class OpenMetrics {
 public:
    void add(Lsn lsn, Instant received, MetricBatch batch);
    /// All that is there, for a flush; later records go into a new table.
    OpenMetricTables take();
    /// Forgets what a take() gave up to `through`.
    void drop(Lsn through);

    /// Adds what is selected; points in the order in which they came.
    Result<void> read(const MetricSelection& selection, std::vector<MetricSeries>& out);
    void families(std::map<std::string, MetricFamily>& out);

    std::uint64_t bytes() const { return bytes_; }
    std::uint64_t points() const { return points_; }
    std::uint64_t series();

 private:
    struct State {
        OpenMetricTables taken;
        std::shared_ptr<OpenMetricTable> growing = std::make_shared<OpenMetricTable>();
    };

    Guarded<State> state_;
    std::atomic<std::uint64_t> bytes_{0};
    std::atomic<std::uint64_t> points_{0};
};

/// Copies what is selected of a series; nothing when it has nothing there.
bool select_points(const MetricSelection& selection, const MetricSeries& from, MetricSeries& out);

}  // namespace tomograph
