#include "store/engine/stretch_sums.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "base/assert.h"
#include "store/limits.h"

namespace tomograph {
namespace {

using Ids = std::vector<std::uint64_t>;

constexpr MinuteStretch all_minutes{.first = std::numeric_limits<std::int64_t>::min(),
                                    .last = std::numeric_limits<std::int64_t>::max()};

/// A sum that is not kept, or not of these sources.
class MissingSum {
 public:
    /// `kept` is what was kept last of this piece; null: nothing.
    MissingSum(const StretchPiece& piece, StretchSum wanted, const StretchSum* kept)
        : piece_(piece),
          result_(std::move(wanted)),
          missing_(result_.sources),
          sum_({.grain = result_.row_minutes,
                .group = result_.group,
                .nothing = NothingRows::keep,
                .is_one_key = result_.selection != nullptr}) {
        if (kept == nullptr || !std::ranges::includes(result_.sources, kept->sources)) return;
        base_ = kept->table;
        missing_.clear();
        std::ranges::set_difference(result_.sources, kept->sources, std::back_inserter(missing_));
    }

    const StretchPiece& piece() const { return piece_; }
    bool misses(const GraphSource& source) const {
        return std::ranges::binary_search(missing_, source.id());
    }

    /// What one of the missing sources has; null: nothing.
    void add(const GraphSource::Table& table) {
        ++added_;
        if (table && !table->rows.empty()) sum_.add(table, piece_.kept, result_.selection.get());
    }
    /// The stretches of which it needs a row each.
    void list(std::vector<MinuteStretch>& stretches) const {
        const MinuteStretch& kept = piece_.kept;
        if (result_.row_minutes == grain_whole) return stretches.push_back(kept);
        for (std::int64_t at = kept.first; at <= kept.last; at += result_.row_minutes)
            stretches.push_back({.first = at, .last = at + result_.row_minutes - 1});
    }
    bool is_complete() const { return added_ == missing_.size(); }
    void settle() { sum_.settle(); }

    StretchSum finish() && {
        if (base_ && sum_.is_empty()) {
            result_.table = std::move(base_);
        } else {
            if (base_) sum_.add(std::move(base_), all_minutes);
            result_.table = std::make_shared<const RollupTable>(sum_.take());
        }
        return std::move(result_);
    }

 private:
    StretchPiece piece_;
    StretchSum result_;
    Ids missing_;
    std::size_t added_ = 0;
    GraphSource::Table base_;
    GraphSum sum_;
};

/// One read of sources whose cells have one grain.
class StretchReader {
 public:
    StretchReader(StoreCore& core, std::vector<const GraphSource*> sources,
                  const SeriesShape& shape, GraphSum& sum)
        : core_(core), sources_(std::move(sources)), shape_(shape), sum_(sum) {}

    Result<void> read(MinuteStretch minutes) {
        minutes = within_sources(minutes);
        if (minutes.last - minutes.first > graph_stretch_minutes_max) return read_plain(minutes);
        const StretchKind largest = shape_.selection ? StretchKind::hour : StretchKind::day;
        for (const StretchPiece& piece : cut_minutes(minutes, largest)) look_up(piece);
        keep_complete();
        for (const GraphSource* source : sources_) TRY(complete_from(*source));
        return {};
    }

 private:
    /// Minutes in which no source has cells are not cut.
    MinuteStretch within_sources(const MinuteStretch& minutes) const {
        MinuteStretch all{.first = minutes.last, .last = minutes.first};
        for (const GraphSource* source : sources_) {
            all.first = std::min(all.first, source->minutes().first);
            all.last = std::max(all.last, source->minutes().last);
        }
        return {.first = std::max(minutes.first, all.first),
                .last = std::min(minutes.last, all.last)};
    }

    Result<void> read_plain(const MinuteStretch& minutes) {
        for (const GraphSource* source : sources_)
            if (const auto table = TRY(source->table()))
                sum_.add(table, minutes, shape_.selection.get());
        return {};
    }

    /// Rows of ten minutes and less must not reach beyond them.
    std::int64_t row_minutes(StretchKind kind) const {
        if (kind == StretchKind::minutes) return 1;
        return kind == StretchKind::ten ? std::gcd(shape_.row_minutes, 10) : shape_.row_minutes;
    }

    void look_up(const StretchPiece& piece) {
        StretchSum wanted{.kind = piece.kind,
                          .stretch = piece.kept,
                          .grain = sources_.front()->grain(),
                          .group = shape_.group,
                          .selection = shape_.selection,
                          .row_minutes = row_minutes(piece.kind)};
        for (const GraphSource* source : sources_)
            if (source->overlaps(piece.kept)) wanted.sources.push_back(source->id());
        if (wanted.sources.empty()) return;
        const auto kept = core_.stretches.find(wanted);
        if (kept && kept->sources == wanted.sources)
            add(piece, *kept);
        else
            missing_.emplace_back(piece, std::move(wanted), kept.get());
    }

    void add(const StretchPiece& piece, const StretchSum& kept) {
        if (!kept.table->rows.empty())
            sum_.add(kept.table, piece.kind == StretchKind::minutes ? piece.wanted : all_minutes);
    }

    /// Gives the source's sums to all that miss them: it is decoded once.
    Result<void> complete_from(const GraphSource& source) {
        StretchRead wanted{
            .stretches = {}, .group = shape_.group, .selection = shape_.selection.get()};
        std::vector<MissingSum*> sums;
        for (MissingSum& missing : missing_) {
            if (!missing.misses(source)) continue;
            sums.push_back(&missing);
            missing.list(wanted.stretches);
        }
        if (sums.empty()) return {};
        const auto table = TRY(source.sums(wanted));
        for (MissingSum* missing : sums) missing->add(table);
        keep_complete();
        if (table) held_bytes_ += table->bytes();
        if (held_bytes_ < graph_tables_bytes_max) return {};
        for (MissingSum& missing : missing_) missing.settle();
        held_bytes_ = 0;
        return {};
    }

    /// At once, so that few tables are held: their memory is that of the next.
    void keep_complete() {
        std::erase_if(missing_, [&](MissingSum& missing) {
            if (!missing.is_complete()) return false;
            const StretchPiece piece = missing.piece();
            StretchSum made = std::move(missing).finish();
            add(piece, made);
            if (!is_damaged(made.sources)) core_.stretches.put(std::move(made));
            return true;
        });
    }

    /// What could not be read is not there: to be looked for again.
    bool is_damaged(const Ids& ids) const {
        return std::ranges::any_of(sources_, [&](const GraphSource* source) {
            return source->is_damaged() && std::ranges::binary_search(ids, source->id());
        });
    }

    StoreCore& core_;
    std::vector<const GraphSource*> sources_;
    const SeriesShape& shape_;
    GraphSum& sum_;
    std::vector<MissingSum> missing_;
    std::size_t held_bytes_ = 0;
};

Result<void> add_by_grain(StoreCore& core, const std::vector<GraphSource>& sources,
                          const MinuteStretch& minutes, const SeriesShape& shape, GraphSum& sum) {
    // A coarse cell counts when the range touches any of its minutes: the range begins with it.
    std::set<std::int64_t> grains;
    for (const GraphSource& source : sources) grains.insert(source.grain());
    for (const std::int64_t grain : grains) {
        std::vector<const GraphSource*> of_grain;
        for (const GraphSource& source : sources)
            if (source.grain() == grain) of_grain.push_back(&source);
        TRY(StretchReader(core, std::move(of_grain), shape, sum)
                .read({.first = align_minute(minutes.first, grain), .last = minutes.last}));
    }
    return {};
}

}  // namespace

Result<void> add_stretches(StoreCore& core, const std::vector<GraphSource>& sources,
                           const MinuteStretch& minutes, GroupId group, GraphSum& sum) {
    return add_by_grain(core, sources, minutes,
                        {.group = group, .selection = nullptr, .row_minutes = grain_whole}, sum);
}

Result<void> add_series(StoreCore& core, const std::vector<GraphSource>& sources,
                        const MinuteStretch& minutes, const SeriesShape& shape, GraphSum& sum) {
    ASSERT(shape.selection && shape.row_minutes > 0 && 60 % shape.row_minutes == 0);
    return add_by_grain(core, sources, minutes, shape, sum);
}

}  // namespace tomograph
