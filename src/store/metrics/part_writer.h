#pragma once

#include <map>
#include <string>
#include <vector>

#include "column/encode_options.h"
#include "store/metrics/point_block.h"
#include "store/part/block_writer.h"

namespace tomograph {

/// Writes the sections of a part of metrics (docs/formats/metrics.md).
class MetricPartWriter {
 public:
    explicit MetricPartWriter(PartBlockWriter& out, column::EncodeOptions options = {})
        : out_(out), options_(options) {}

    /// A series behind all before it, by labels; its points by time, no two of one moment.
    Result<void> add(const MetricSeries& series);
    /// The facts of the points; numbers of the log are the caller's.
    Result<PartFacts> finish(const std::map<std::string, MetricFamily>& families);

 private:
    struct PageSeries {
        LabelSet labels;
        std::uint64_t points;
    };

    Result<void> end_page();
    Result<void> end_block();

    PartBlockWriter& out_;
    column::EncodeOptions options_;
    std::vector<PageSeries> page_;
    std::string page_exemplars_;
    std::uint64_t page_exemplar_count_ = 0;
    std::vector<SeriesPoints> block_;
    std::size_t block_points_ = 0;
    std::uint64_t series_ = 0;
    std::uint64_t points_ = 0;
    std::uint32_t pages_ = 0;
    struct BlockTimes {
        std::int64_t min_ms;
        std::int64_t max_ms;
    };
    std::vector<BlockTimes> blocks_;
};

}  // namespace tomograph
