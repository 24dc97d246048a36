#include "store/metrics/part_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "store/metrics/limits.h"
#include "store/metrics/open_metrics.h"
#include "store/metrics/text_table.h"

namespace tomograph {
namespace {

Error damaged(const PartBlockReader& blocks, std::string_view what) {
    return Error(ErrorCode::corrupt, fmt::format("{}: {}", blocks.path(), what));
}

}  // namespace

Result<MetricPartReader> MetricPartReader::open(const PartBlockReader& blocks) {
    MetricPartReader part(blocks);
    const std::string index = TRY(blocks.read(PartSection::metric_index, 0));
    ByteReader reader(index);
    const std::uint64_t pages = reader.varint();
    const std::uint64_t count = reader.varint();
    if (pages != blocks.blocks(PartSection::metric_series) ||
        pages != blocks.blocks(PartSection::metric_exemplars) ||
        count != blocks.blocks(PartSection::metric_points))
        return damaged(blocks, "the index of metrics does not fit the sections");
    part.pages_ = static_cast<std::uint32_t>(pages);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::int64_t min = reader.signed_varint();
        part.times_.push_back(
            {min, static_cast<std::int64_t>(static_cast<std::uint64_t>(min) + reader.varint())});
    }
    if (reader.failed() || reader.remaining() > 0)
        return damaged(blocks, "the index of metrics is damaged");
    return part;
}

Result<std::vector<MetricPartReader::Series>> MetricPartReader::page(
    std::uint32_t number, std::uint64_t& first_point) const {
    const std::string bytes = TRY(blocks_->read(PartSection::metric_series, number));
    ByteReader reader(bytes);
    const auto texts = TRY_WITHIN(blocks_->path(), take_texts(reader));
    const std::uint64_t count = reader.varint();
    if (count > metric_page_series) return damaged(*blocks_, "a page has too many series");
    std::vector<Series> series;
    series.reserve(count);
    const std::uint64_t points_max = times_.size() * metric_block_points;
    for (std::uint64_t i = 0; i < count; ++i) {
        LabelSet labels = TRY_WITHIN(blocks_->path(), take_labels(texts, reader));
        const std::uint64_t points = reader.varint();
        if (points > points_max - std::min(first_point, points_max))
            return damaged(*blocks_, "a series has more points than the part");
        series.push_back({std::move(labels), first_point, points});
        first_point += points;
    }
    if (reader.failed() || reader.remaining() > 0)
        return damaged(*blocks_, "a page of series is damaged");
    return series;
}

Result<std::vector<SeriesPoints>> MetricPartReader::block(std::uint32_t number) const {
    const std::string bytes = TRY(blocks_->read(PartSection::metric_points, number));
    return decode_point_block(bytes);
}

Result<std::multimap<std::uint64_t, MetricExemplar>> MetricPartReader::exemplars(
    std::uint32_t page) const {
    const std::string bytes = TRY(blocks_->read(PartSection::metric_exemplars, page));
    ByteReader reader(bytes);
    std::multimap<std::uint64_t, MetricExemplar> out;
    const std::uint64_t count = reader.varint();
    for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
        const std::uint64_t series = reader.varint();
        out.emplace(series, take_exemplar(reader));
    }
    if (reader.failed() || reader.remaining() > 0)
        return damaged(*blocks_, "a page of exemplars is damaged");
    return out;
}

Result<void> MetricPartReader::read(const MetricSelection& selection,
                                    std::vector<MetricSeries>& out) const {
    const bool is_outside =
        std::none_of(times_.begin(), times_.end(), [&](const BlockTimes& times) {
            return times.min_ms <= selection.end_ms && times.max_ms >= selection.start_ms;
        });
    if (is_outside) return {};
    std::uint64_t first_point = 0;
    std::uint64_t first_series = 0;
    std::optional<std::uint32_t> loaded;
    std::vector<SeriesPoints> points;
    for (std::uint32_t number = 0; number < pages_; ++number) {
        const auto series = TRY(page(number, first_point));
        std::multimap<std::uint64_t, MetricExemplar> exemplars_of_page;
        if (selection.with_exemplars) exemplars_of_page = TRY(exemplars(number));
        for (std::size_t i = 0; i < series.size(); ++i) {
            if (!selection.wants(series[i].labels)) continue;
            const std::uint64_t id = first_series + i;
            MetricSeries whole;
            const auto [from, to] = exemplars_of_page.equal_range(id);
            for (auto at = from; at != to; ++at) whole.exemplars.push_back(at->second);
            const std::uint64_t end = series[i].first_point + series[i].points;
            for (std::uint64_t at = series[i].first_point; at < end;) {
                const auto block_number = static_cast<std::uint32_t>(at / metric_block_points);
                at = (at / metric_block_points + 1) * metric_block_points;
                const BlockTimes& times = times_[block_number];
                if (times.min_ms > selection.end_ms || times.max_ms < selection.start_ms) continue;
                if (loaded != block_number) {
                    points = TRY(block(block_number));
                    loaded = block_number;
                }
                const auto piece = std::lower_bound(
                    points.begin(), points.end(), id,
                    [](const SeriesPoints& a, std::uint64_t b) { return a.series < b; });
                if (piece == points.end() || piece->series != id)
                    return damaged(*blocks_, "a series has no points where they should be");
                whole.points.insert(whole.points.end(), piece->points.begin(), piece->points.end());
            }
            MetricSeries found;
            if (!select_points(selection, whole, found)) continue;
            if (selection.take) TRY(selection.take(found.points.size()));
            found.labels = series[i].labels;
            out.push_back(std::move(found));
        }
        first_series += series.size();
    }
    return {};
}

Result<void> MetricPartReader::families(std::map<std::string, MetricFamily>& out) const {
    const std::string bytes = TRY(blocks_->read(PartSection::metric_families, 0));
    ByteReader reader(bytes);
    const std::uint64_t count = reader.varint();
    for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
        MetricFamily family;
        for (std::string* text :
             {&family.name, &family.original_name, &family.type, &family.unit, &family.help})
            *text = reader.text();
        std::string name = family.name;
        out.insert_or_assign(std::move(name), std::move(family));
    }
    if (reader.failed()) return damaged(*blocks_, "the table of metrics is damaged");
    return {};
}

Result<std::optional<MetricSeries>> MetricPartCursor::next() {
    while (row_ == page_.size()) {
        if (next_page_ == part_.pages()) return std::optional<MetricSeries>();
        exemplars_ = TRY(part_.exemplars(next_page_));
        page_ = TRY(part_.page(next_page_++, first_point_));
        row_ = 0;
    }
    MetricPartReader::Series& row = page_[row_++];
    MetricSeries series{.labels = std::move(row.labels)};
    const auto [from, to] = exemplars_.equal_range(series_);
    for (auto at = from; at != to; ++at) series.exemplars.push_back(at->second);
    while (series.points.size() < row.points) {
        if (piece_ == block_.size()) {
            block_ = TRY(part_.block(next_block_++));
            piece_ = 0;
        }
        if (block_.empty() || block_[piece_].series != series_)
            return Error(ErrorCode::corrupt, "a series has no points where they should be");
        auto& points = block_[piece_++].points;
        if (series.points.empty())
            series.points = std::move(points);
        else
            series.points.insert(series.points.end(), points.begin(), points.end());
    }
    ++series_;
    return std::optional(std::move(series));
}

}  // namespace tomograph
