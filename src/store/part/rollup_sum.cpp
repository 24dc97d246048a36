#include "store/part/rollup_sum.h"

#include <algorithm>
#include <unordered_map>

#include "base/assert.h"

namespace tomograph {
namespace {

/// Rows of one key in one table.
struct Piece {
    const RollupTable* table;
    std::span<const RollupRow> rows;
};

struct KeyPieces {
    const RollupKey* key;  // null: the one key
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

bool is_meant(const RollupSlice& slice, const RollupKey& key, std::optional<GroupId> group) {
    return (!group || key.group == *group) &&
           (slice.selection == nullptr ||
            slice.selection->matches(key.entry, key.source, key.target));
}

/// The rows that the slices have of each key, by key.
std::vector<KeyPieces> pieces_of(std::span<const RollupSlice> slices,
                                 const RollupSumOptions& options) {
    std::vector<KeyPieces> keys;
    if (options.is_one_key) keys.emplace_back();
    std::unordered_map<const RollupSeries*, std::size_t, SeriesHash, SeriesEqual> places;
    for (const RollupSlice& slice : slices) {
        for (const RollupSeries& series : slice.table->series) {
            if (!is_meant(slice, series.key, options.group)) continue;
            const auto rows = rows_between(*slice.table, series, slice);
            if (rows.empty()) continue;
            std::size_t at = 0;
            if (!options.is_one_key) {
                const auto [place, is_new] = places.try_emplace(&series, keys.size());
                if (is_new) keys.push_back({.key = &series.key, .pieces = {}});
                at = place->second;
            }
            keys[at].pieces.push_back({.table = slice.table, .rows = rows});
        }
    }
    std::sort(keys.begin(), keys.end(),
              [](const KeyPieces& a, const KeyPieces& b) { return *a.key < *b.key; });
    return keys;
}

RollupTableBuilder::Buckets buckets_of(const RollupTable& table, const RollupRow& row) {
    const std::size_t count = row.response_time_buckets + std::size_t{row.duration_buckets};
    return {.buckets = std::span(table.buckets).subspan(row.buckets_begin, count),
            .counts = std::span(table.counts).subspan(row.buckets_begin, count)};
}

void add_row(const RollupTable& table, const RollupRow& row, RowSum& sum) {
    sum.add(row, buckets_of(table, row), table.aliases[row.alias]);
}

class MinuteSums {
 public:
    explicit MinuteSums(const RollupSumOptions& options) : options_(options) {}

    void add(const std::vector<Piece>& pieces, RowSum& sum, RollupTableBuilder& builder) {
        places_.clear();
        for (const Piece& piece : pieces)
            for (const RollupRow& row : piece.rows)
                places_.push_back({.minute = align_minute(
                                       std::max(row.minute, options_.minute_first), options_.grain),
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
                for (std::size_t at = i; at < end; ++at)
                    add_row(*places_[at].table, *places_[at].row, sum);
                sum.finish(minute, options_.nothing, builder);
            }
            i = end;
        }
    }

 private:
    struct RowPlace {
        std::int64_t minute = 0;  ///< of the sum that it goes into
        const RollupTable* table = nullptr;
        const RollupRow* row = nullptr;
    };

    void copy(const RowPlace& place, RollupTableBuilder& builder) const {
        if (options_.nothing == NothingRows::drop && is_nothing(*place.row)) return;
        RollupRow row = *place.row;
        row.minute = place.minute;
        builder.add(row, buckets_of(*place.table, row), place.table->aliases[row.alias]);
    }

    const RollupSumOptions& options_;
    std::vector<RowPlace> places_;
};

}  // namespace

RollupTable sum_rollups(std::span<const RollupSlice> slices, const RollupSumOptions& options) {
    ASSERT(!options.is_one_key || options.group);
    RollupTableBuilder builder;
    RowSum sum;
    MinuteSums minutes(options);
    for (const KeyPieces& key : pieces_of(slices, options)) {
        builder.begin_series(key.key != nullptr ? *key.key
                                                : RollupKey{.group = *options.group,
                                                            .entry = GraphEntry::node,
                                                            .source = {},
                                                            .target = {}});
        if (options.grain != grain_whole) {
            minutes.add(key.pieces, sum, builder);
            continue;
        }
        for (const Piece& piece : key.pieces)
            for (const RollupRow& row : piece.rows) add_row(*piece.table, row, sum);
        sum.finish(0, options.nothing, builder);
    }
    return std::move(builder).finish();
}

std::int64_t align_minute(std::int64_t minute, std::int64_t grain) {
    return period_of(minute, grain);
}

}  // namespace tomograph
