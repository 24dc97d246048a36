#pragma once

#include <map>
#include <optional>
#include <vector>

#include "store/metric_store.h"
#include "store/metrics/point_block.h"
#include "store/part/block_reader.h"

namespace tomograph {

/// A part of metrics. Threads: any.
class MetricPartReader {
 public:
    /// blocks  outlives it. errors: corrupt, io
    static Result<MetricPartReader> open(const PartBlockReader& blocks);

    struct Series {
        LabelSet labels;
        std::uint64_t first_point;  ///< in the part
        std::uint64_t points;
    };
    std::uint32_t pages() const { return pages_; }
    /// first_series, first_point  of the page; are moved behind it
    Result<std::vector<Series>> page(std::uint32_t number, std::uint64_t& first_point) const;
    Result<std::vector<SeriesPoints>> block(std::uint32_t number) const;
    /// By number of the series.
    Result<std::multimap<std::uint64_t, MetricExemplar>> exemplars(std::uint32_t page) const;

    /// Adds what is selected.
    Result<void> read(const MetricSelection& selection, std::vector<MetricSeries>& out) const;
    Result<void> families(std::map<std::string, MetricFamily>& out) const;

 private:
    struct BlockTimes {
        std::int64_t min_ms;
        std::int64_t max_ms;
    };

    explicit MetricPartReader(const PartBlockReader& blocks) : blocks_(&blocks) {}

    const PartBlockReader* blocks_;
    std::uint32_t pages_ = 0;
    std::vector<BlockTimes> times_;
};

/// The series of a part, one after the other; holds a page and a block.
class MetricPartCursor {
 public:
    explicit MetricPartCursor(const MetricPartReader& part) : part_(part) {}

    /// Nothing behind the last one.
    Result<std::optional<MetricSeries>> next();

 private:
    const MetricPartReader& part_;
    std::vector<MetricPartReader::Series> page_;
    std::multimap<std::uint64_t, MetricExemplar> exemplars_;
    std::size_t row_ = 0;
    std::uint32_t next_page_ = 0;
    std::uint64_t first_point_ = 0;
    std::uint64_t series_ = 0;
    std::vector<SeriesPoints> block_;
    std::size_t piece_ = 0;
    std::uint32_t next_block_ = 0;
};

}  // namespace tomograph
