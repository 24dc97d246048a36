#include "store/part/rollup_table.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/assert.h"
#include "base/hash.h"
#include "store/part/arithmetic.h"

namespace tomograph {
namespace {

using Bucket = LatencyHistogram::Bucket;

std::uint64_t hash_of(const RollupKey& key) {
    std::uint64_t hash =
        mix64(std::uint64_t{key.group.value} << 8 | static_cast<std::uint64_t>(key.entry));
    for (const ServiceKey* service : {&key.source, &key.target})
        for (const std::string* text : {&service->name, &service->type, &service->account_id})
            hash = hash64(*text, hash);
    return hash;
}

bool is_nothing(const RollupRow& row) {
    return row.presence == 0 && row.roots == 0 && row.inferred == 0 && row.ok == 0 &&
           row.error == 0 && row.throttle == 0 && row.fault == 0 && row.response_time_ns == 0 &&
           row.response_time_buckets == 0 && row.duration_buckets == 0;
}

/// Counts by bucket, and which buckets may have some.
class DenseHistogram {
 public:
    void add(std::span<const Bucket> buckets, std::span<const std::int64_t> counts) {
        if (buckets.empty()) return;
        first_ = std::min(first_, buckets.front());
        last_ = std::max(last_, buckets.back());
        for (std::size_t i = 0; i < buckets.size(); ++i)
            counts_[buckets[i]] = wrapping_sum(counts_[buckets[i]], counts[i]);
    }

    /// Appends what is there and forgets it. Returns the number of buckets.
    std::uint16_t take(std::vector<Bucket>& buckets, std::vector<std::int64_t>& counts) {
        const std::size_t before = buckets.size();
        for (unsigned bucket = first_; bucket <= last_; ++bucket) {
            if (counts_[bucket] == 0) continue;
            buckets.push_back(static_cast<Bucket>(bucket));
            counts.push_back(counts_[bucket]);
            counts_[bucket] = 0;
        }
        first_ = LatencyHistogram::bucket_last;
        last_ = 0;
        return static_cast<std::uint16_t>(buckets.size() - before);
    }

 private:
    std::array<std::int64_t, LatencyHistogram::bucket_last + 1> counts_{};
    Bucket first_ = LatencyHistogram::bucket_last;
    Bucket last_ = 0;
};

/// One row of some table.
struct RowPlace {
    std::int64_t minute = 0;  ///< of the sum that it goes into
    const RollupTable* table = nullptr;
    const RollupRow* row = nullptr;

    RollupTableBuilder::Buckets buckets() const {
        const std::size_t count = row->response_time_buckets + std::size_t{row->duration_buckets};
        return {.buckets = std::span(table->buckets).subspan(row->buckets_begin, count),
                .counts = std::span(table->counts).subspan(row->buckets_begin, count)};
    }
    const std::string& alias() const { return table->aliases[row->alias]; }
};

class RowSum {
 public:
    void add(const RowPlace& place) {
        const RollupRow& row = *place.row;
        sum_.first_start_ns =
            is_empty_ ? row.first_start_ns : std::min(sum_.first_start_ns, row.first_start_ns);
        sum_.last_end_ns =
            is_empty_ ? row.last_end_ns : std::max(sum_.last_end_ns, row.last_end_ns);
        is_empty_ = false;
        for (const auto member : {&RollupRow::presence, &RollupRow::roots, &RollupRow::inferred,
                                  &RollupRow::ok, &RollupRow::error, &RollupRow::throttle,
                                  &RollupRow::fault, &RollupRow::response_time_ns})
            sum_.*member = wrapping_sum(sum_.*member, row.*member);
        const auto all = place.buckets();
        response_time_.add(all.buckets.first(row.response_time_buckets),
                           all.counts.first(row.response_time_buckets));
        duration_.add(all.buckets.subspan(row.response_time_buckets),
                      all.counts.subspan(row.response_time_buckets));
        // The smallest of several names, so that the order of adding does not matter.
        const std::string& alias = place.alias();
        if (!alias.empty() && (alias_.empty() || alias < alias_)) alias_ = alias;
    }

    /// Adds the sum as a row, unless it is nothing, and starts again.
    void finish(std::int64_t minute, RollupTableBuilder& builder) {
        sum_.minute = minute;
        buckets_.clear();
        counts_.clear();
        sum_.response_time_buckets = response_time_.take(buckets_, counts_);
        sum_.duration_buckets = duration_.take(buckets_, counts_);
        if (!is_nothing(sum_)) builder.add(sum_, {buckets_, counts_}, alias_);
        sum_ = {};
        alias_ = {};
        is_empty_ = true;
    }

 private:
    RollupRow sum_;
    std::string_view alias_;
    bool is_empty_ = true;
    DenseHistogram response_time_;
    DenseHistogram duration_;
    std::vector<Bucket> buckets_;
    std::vector<std::int64_t> counts_;
};

/// Rows of one key in one table.
struct Piece {
    const RollupTable* table;
    std::span<const RollupRow> rows;
};

struct KeyPieces {
    const RollupKey* key;
    std::vector<Piece> pieces;
};

struct SeriesHash {
    std::size_t operator()(const RollupSeries* series) const { return series->hash; }
};
struct SeriesEqual {
    bool operator()(const RollupSeries* a, const RollupSeries* b) const {
        return a->hash == b->hash && a->key == b->key;
    }
};

std::span<const RollupRow> rows_between(const RollupTable& table, const RollupSeries& series,
                                        const RollupSlice& slice) {
    const auto begin = table.rows.begin() + series.rows_begin;
    const auto end = table.rows.begin() + series.rows_end;
    const auto first =
        std::lower_bound(begin, end, slice.first,
                         [](const RollupRow& row, auto minute) { return row.minute < minute; });
    const auto last =
        std::upper_bound(first, end, slice.last,
                         [](auto minute, const RollupRow& row) { return minute < row.minute; });
    return {first, last};
}

/// The rows that the slices have of each key, by key.
std::vector<KeyPieces> pieces_of(std::span<const RollupSlice> slices,
                                 std::optional<GroupId> group) {
    std::vector<KeyPieces> keys;
    std::unordered_map<const RollupSeries*, std::size_t, SeriesHash, SeriesEqual> places;
    for (const RollupSlice& slice : slices) {
        for (const RollupSeries& series : slice.table->series) {
            if (group && series.key.group != *group) continue;
            const auto rows = rows_between(*slice.table, series, slice);
            if (rows.empty()) continue;
            const auto [place, is_new] = places.try_emplace(&series, keys.size());
            if (is_new) keys.push_back({.key = &series.key, .pieces = {}});
            keys[place->second].pieces.push_back({.table = slice.table, .rows = rows});
        }
    }
    std::sort(keys.begin(), keys.end(),
              [](const KeyPieces& a, const KeyPieces& b) { return *a.key < *b.key; });
    return keys;
}

void add_whole(const std::vector<Piece>& pieces, RowSum& sum, RollupTableBuilder& builder) {
    for (const Piece& piece : pieces)
        for (const RollupRow& row : piece.rows)
            sum.add({.minute = 0, .table = piece.table, .row = &row});
    sum.finish(0, builder);
}

class MinuteSums {
 public:
    explicit MinuteSums(std::int64_t grain) : grain_(grain) {}

    void add(const std::vector<Piece>& pieces, RowSum& sum, RollupTableBuilder& builder) {
        places_.clear();
        for (const Piece& piece : pieces)
            for (const RollupRow& row : piece.rows)
                places_.push_back({.minute = align_minute(row.minute, grain_),
                                   .table = piece.table,
                                   .row = &row});
        const auto by_minute = [](const RowPlace& a, const RowPlace& b) {
            return a.minute < b.minute;
        };
        if (pieces.size() > 1) std::sort(places_.begin(), places_.end(), by_minute);
        for (std::size_t i = 0; i < places_.size();) {
            const std::int64_t minute = places_[i].minute;
            std::size_t end = i + 1;
            while (end < places_.size() && places_[end].minute == minute) ++end;
            if (end == i + 1) {
                copy(places_[i], builder);
            } else {
                for (std::size_t at = i; at < end; ++at) sum.add(places_[at]);
                sum.finish(minute, builder);
            }
            i = end;
        }
    }

 private:
    static void copy(const RowPlace& place, RollupTableBuilder& builder) {
        if (is_nothing(*place.row)) return;
        RollupRow row = *place.row;
        row.minute = place.minute;
        builder.add(row, place.buckets(), place.alias());
    }

    std::int64_t grain_;
    std::vector<RowPlace> places_;
};

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

    std::vector<Bucket> buckets_;
    std::vector<std::int64_t> counts_;
};

}  // namespace

std::size_t RollupTable::bytes() const {
    std::size_t bytes = sizeof *this + series.size() * sizeof(RollupSeries) +
                        rows.size() * sizeof(RollupRow) +
                        buckets.size() * (sizeof(Bucket) + sizeof(std::int64_t)) +
                        aliases.size() * sizeof(std::string);
    for (const RollupSeries& each : series)
        for (const ServiceKey* service : {&each.key.source, &each.key.target})
            bytes += service->name.capacity() + service->type.capacity() +
                     service->account_id.capacity();
    return bytes;
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

RollupTable sum_rollups(std::span<const RollupSlice> slices, std::int64_t grain,
                        std::optional<GroupId> group) {
    RollupTableBuilder builder;
    RowSum sum;
    MinuteSums minutes(grain);
    for (const KeyPieces& key : pieces_of(slices, group)) {
        builder.begin_series(*key.key);
        if (grain == grain_whole)
            add_whole(key.pieces, sum, builder);
        else
            minutes.add(key.pieces, sum, builder);
    }
    return std::move(builder).finish();
}

std::int64_t align_minute(std::int64_t minute, std::int64_t grain) {
    const std::int64_t past = minute % grain;
    return minute - (past < 0 ? past + grain : past);
}

}  // namespace tomograph
