#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/metric_batch.h"

namespace tomograph {

/// Which points are read: of series that are wanted, between two moments, both included.
struct MetricSelection {
    std::int64_t start_ms = 0;
    std::int64_t end_ms = 0;
    std::function<bool(const LabelSet&)> wants;
    /// Told what was read, and asked whether to go on. Empty: always.
    std::function<Result<void>(std::size_t points)> take{};
    bool with_points = true;  ///< else the labels of series that have some, or may have
    bool with_exemplars = false;
};

struct MetricStoreStatus {
    bool ready = false;
    bool read_only = false;
    std::string reason;  ///< why not ready, or read-only; "" else
    std::uint64_t open_points = 0;
    std::uint64_t open_series = 0;
    std::uint64_t points = 0;  ///< in parts
    std::uint64_t parts = 0;
    std::uint64_t part_bytes = 0;
};

/// Keeps series of numbers. Threads: any. Reads see every append that was answered before them.
class MetricStore {
 public:
    virtual ~MetricStore() = default;

    /// Success means on stable storage and readable. errors: unavailable, limit, io
    virtual void append(const MetricBatch& batch, std::function<void(Result<void>)> done) = 0;

    /// Series by labels, points by time; of two points of one moment that of the later append.
    /// errors  those of `take`; unavailable, io, corrupt
    virtual Result<std::vector<MetricSeries>> read(const MetricSelection& selection) = 0;

    /// All that is known, by name; of two of one name the newer.
    virtual Result<std::vector<MetricFamily>> families() = 0;
    virtual MetricStoreStatus status() = 0;
};

}  // namespace tomograph
