#include "store/part/rollup_table.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/assert.h"
#include "base/hash.h"
#include "store/part/arithmetic.h"

namespace tomograph {
namespace {

std::uint64_t hash_of(const RollupKey& key) {
    std::uint64_t hash =
        mix64(std::uint64_t{key.group.value} << 8 | static_cast<std::uint64_t>(key.entry));
    for (const ServiceKey* service : {&key.source, &key.target})
        for (const std::string* text : {&service->name, &service->type, &service->account_id})
            hash = hash64(*text, hash);
    return hash;
}

LatencyHistogram histogram_of(const RollupTable& table, std::size_t begin, std::size_t count) {
    std::vector<LatencyHistogram::Entry> entries;
    entries.reserve(count);
    for (std::size_t i = begin; i < begin + count; ++i)
        entries.push_back({table.buckets[i], table.counts[i]});
    return LatencyHistogram::of(std::move(entries));
}

GraphCell cell_of(const RollupTable& table, const RollupRow& row) {
    GraphCell cell;
    cell.presence = row.presence;
    cell.roots = row.roots;
    cell.inferred = row.inferred;
    cell.first_start.ns = row.first_start_ns;
    cell.last_end.ns = row.last_end_ns;
    cell.alias = table.aliases[row.alias];
    RequestStatistics& statistics = cell.statistics;
    statistics.ok = row.ok;
    statistics.error = row.error;
    statistics.throttle = row.throttle;
    statistics.fault = row.fault;
    statistics.response_time_ns = row.response_time_ns;
    statistics.response_time = histogram_of(table, row.buckets_begin, row.response_time_buckets);
    statistics.duration = histogram_of(
        table, row.buckets_begin + std::size_t{row.response_time_buckets}, row.duration_buckets);
    return cell;
}

/// A cell of a rollup on its way into a table.
class CellCopy {
 public:
    void add(std::int64_t minute, const GraphCell& cell, RollupTableBuilder& builder) {
        buckets_.clear();
        counts_.clear();
        const RequestStatistics& statistics = cell.statistics;
        const RollupRow row{.minute = minute,
                            .presence = cell.presence,
                            .roots = cell.roots,
                            .inferred = cell.inferred,
                            .first_start_ns = cell.first_start.ns,
                            .last_end_ns = cell.last_end.ns,
                            .ok = statistics.ok,
                            .error = statistics.error,
                            .throttle = statistics.throttle,
                            .fault = statistics.fault,
                            .response_time_ns = statistics.response_time_ns,
                            .response_time_buckets = append(statistics.response_time),
                            .duration_buckets = append(statistics.duration)};
        builder.add(row, {buckets_, counts_}, cell.alias);
    }

 private:
    std::uint16_t append(const LatencyHistogram& histogram) {
        for (const auto& [bucket, count] : histogram.buckets()) {
            ASSERT(bucket <= LatencyHistogram::bucket_last);
            buckets_.push_back(bucket);
            counts_.push_back(count);
        }
        return static_cast<std::uint16_t>(histogram.buckets().size());
    }

    std::vector<LatencyHistogram::Bucket> buckets_;
    std::vector<std::int64_t> counts_;
};

}  // namespace

std::size_t RollupTable::bytes() const {
    return sizeof *this + series.size() * sizeof(RollupSeries) + rows.size() * sizeof(RollupRow) +
           buckets.size() * (sizeof(LatencyHistogram::Bucket) + sizeof(std::int64_t)) +
           aliases.size() * sizeof(std::string) + name_bytes;
}

std::int64_t RollupTable::minute_min() const {
    std::int64_t minute = 0;
    for (const RollupSeries& each : series) {
        const std::int64_t first = rows[each.rows_begin].minute;
        minute = &each == &series.front() ? first : std::min(minute, first);
    }
    return minute;
}

std::int64_t RollupTable::minute_max() const {
    std::int64_t minute = -1;
    for (const RollupSeries& each : series) {
        const std::int64_t last = rows[each.rows_end - 1].minute;
        minute = &each == &series.front() ? last : std::max(minute, last);
    }
    return minute;
}

void RollupTableBuilder::expect(std::size_t rows, std::size_t buckets) {
    // By doubling, else every block of many would move all that is there.
    const auto grow = [](auto& values, std::size_t more) {
        const std::size_t needed = values.size() + more;
        if (needed > values.capacity()) values.reserve(std::max(needed, 2 * values.capacity()));
    };
    grow(table_.rows, rows);
    grow(table_.buckets, buckets);
    grow(table_.counts, buckets);
}

bool RollupTableBuilder::begin_series(RollupKey key) {
    drop_empty_series();
    if (!table_.series.empty()) {
        const RollupKey& last = table_.series.back().key;
        if (key == last) return true;
        if (key < last) return false;
    }
    const auto row = static_cast<std::uint32_t>(table_.rows.size());
    const std::uint64_t hash = hash_of(key);
    for (const ServiceKey* service : {&key.source, &key.target})
        table_.name_bytes +=
            service->name.capacity() + service->type.capacity() + service->account_id.capacity();
    table_.series.push_back(
        {.key = std::move(key), .hash = hash, .rows_begin = row, .rows_end = row});
    return true;
}

bool RollupTableBuilder::add(RollupRow row, Buckets buckets, std::string_view alias) {
    RollupSeries& series = table_.series.back();
    if (series.rows_end > series.rows_begin && table_.rows.back().minute >= row.minute)
        return false;
    constexpr std::size_t places_max = std::numeric_limits<std::uint32_t>::max();
    if (table_.rows.size() >= places_max ||
        table_.buckets.size() > places_max - buckets.buckets.size())
        return false;
    row.alias = 0;
    if (!alias.empty()) {
        // Neighbours are of one edge, which mostly has one.
        if (table_.aliases.back() != alias) table_.aliases.emplace_back(alias);
        row.alias = static_cast<std::uint32_t>(table_.aliases.size() - 1);
    }
    row.buckets_begin = static_cast<std::uint32_t>(table_.buckets.size());
    table_.buckets.insert(table_.buckets.end(), buckets.buckets.begin(), buckets.buckets.end());
    table_.counts.insert(table_.counts.end(), buckets.counts.begin(), buckets.counts.end());
    table_.rows.push_back(row);
    ++series.rows_end;
    return true;
}

/// All its rows were nothing.
void RollupTableBuilder::drop_empty_series() {
    if (!table_.series.empty() && table_.series.back().rows_begin == table_.series.back().rows_end)
        table_.series.pop_back();
}

RollupTable RollupTableBuilder::finish() && {
    drop_empty_series();
    return std::move(table_);
}

RollupTable table_of(const GraphRollup& rollup, std::int64_t first, std::int64_t last) {
    const auto key_of = [](const GraphKey& key) {
        return RollupKey{
            .group = key.group, .entry = key.entry, .source = key.source, .target = key.target};
    };
    struct Hash {
        std::size_t operator()(const RollupKey& key) const { return hash_of(key); }
    };
    std::unordered_map<RollupKey, std::vector<std::pair<std::int64_t, const GraphCell*>>, Hash>
        by_key;
    GraphKey from;
    from.minute = first;
    for (auto cell = rollup.cells.lower_bound(from);
         cell != rollup.cells.end() && cell->first.minute <= last; ++cell)
        by_key[key_of(cell->first)].emplace_back(cell->first.minute, &cell->second);
    std::vector<const RollupKey*> keys;
    keys.reserve(by_key.size());
    for (const auto& [key, cells] : by_key) keys.push_back(&key);
    std::sort(keys.begin(), keys.end(),
              [](const RollupKey* a, const RollupKey* b) { return *a < *b; });
    RollupTableBuilder builder;
    CellCopy copy;
    for (const RollupKey* key : keys) {
        builder.begin_series(*key);
        for (const auto& [minute, cell] : by_key.at(*key)) copy.add(minute, *cell, builder);
    }
    return std::move(builder).finish();
}

GraphRollup rollup_of(const RollupTable& table) {
    struct Place {
        std::int64_t minute;
        const RollupSeries* series;
        const RollupRow* row;
    };
    std::vector<Place> places;
    places.reserve(table.rows.size());
    for (const RollupSeries& series : table.series)
        for (std::uint32_t row = series.rows_begin; row < series.rows_end; ++row)
            places.push_back({table.rows[row].minute, &series, &table.rows[row]});
    // By minute, then as the series are: the order of the map.
    std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
        return a.minute != b.minute ? a.minute < b.minute : a.series < b.series;
    });
    GraphRollup rollup;
    for (const auto& [minute, series, row] : places)
        rollup.cells.emplace_hint(rollup.cells.end(),
                                  GraphKey{.minute = minute,
                                           .group = series->key.group,
                                           .entry = series->key.entry,
                                           .source = series->key.source,
                                           .target = series->key.target},
                                  cell_of(table, *row));
    return rollup;
}

}  // namespace tomograph
