#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/graph.h"

namespace tomograph {

/// What a cell is of, without its minute.
struct RollupKey {
    GroupId group{};
    GraphEntry entry = GraphEntry::node;
    ServiceKey source;
    ServiceKey target;

    auto operator<=>(const RollupKey&) const = default;
};

/// A cell without its texts. Its histograms lie side by side in the table, `response_time` first.
struct RollupRow {
    std::int64_t minute = 0;
    std::int64_t presence = 0;
    std::int64_t roots = 0;
    std::int64_t inferred = 0;
    std::int64_t first_start_ns = 0;
    std::int64_t last_end_ns = 0;
    std::int64_t ok = 0;
    std::int64_t error = 0;
    std::int64_t throttle = 0;
    std::int64_t fault = 0;
    std::int64_t response_time_ns = 0;
    std::uint32_t alias = 0;  ///< in RollupTable::aliases
    std::uint32_t buckets_begin = 0;
    std::uint16_t response_time_buckets = 0;
    std::uint16_t duration_buckets = 0;
};

/// Rows of one key: `rows_end - rows_begin` minutes, ascending.
struct RollupSeries {
    RollupKey key;
    std::uint64_t hash = 0;  ///< of the key
    std::uint32_t rows_begin = 0;
    std::uint32_t rows_end = 0;
};

/// The cells of a GraphRollup as flat rows, by key and then by minute: one allocation for thousands
/// of cells, and sums run through memory in order. 104 bytes a cell and 10 a bucket.
struct RollupTable {
    std::vector<RollupSeries> series;  ///< by key
    std::vector<RollupRow> rows;
    std::vector<LatencyHistogram::Bucket> buckets;
    std::vector<std::int64_t> counts;  ///< beside `buckets`
    std::vector<std::string> aliases{""};
    std::size_t name_bytes = 0;  ///< of the keys

    std::size_t bytes() const;
    /// min > max when there is no row.
    std::int64_t minute_min() const;
    std::int64_t minute_max() const;
};

/// Fills a table in its order.
class RollupTableBuilder {
 public:
    /// The histograms of a row that is added.
    struct Buckets {
        std::span<const LatencyHistogram::Bucket> buckets;  ///< response_time, then duration
        std::span<const std::int64_t> counts;
    };

    /// So many rows and buckets will come.
    void expect(std::size_t rows, std::size_t buckets);
    /// The rows that follow are of this key. False when it does not come after the one before;
    /// the same key again goes on with its rows.
    bool begin_series(RollupKey key);
    /// `row` with its numbers of buckets; its place is made here. False when its minute does not
    /// come after the one before, or the table is full.
    bool add(RollupRow row, Buckets buckets, std::string_view alias);

    RollupTable finish() &&;

 private:
    void drop_empty_series();

    RollupTable table_;
};

/// The cells of the minutes from `first` to `last`, both included.
RollupTable table_of(const GraphRollup& rollup,
                     std::int64_t first = std::numeric_limits<std::int64_t>::min(),
                     std::int64_t last = std::numeric_limits<std::int64_t>::max());
GraphRollup rollup_of(const RollupTable& table);

}  // namespace tomograph
