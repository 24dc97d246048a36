#include "store/metrics/part_writer.h"

#include <algorithm>

#include "base/assert.h"
#include "base/bytes.h"
#include "store/metrics/limits.h"
#include "store/metrics/text_table.h"

namespace tomograph {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;

}  // namespace

Result<void> MetricPartWriter::add(const MetricSeries& series) {
    ASSERT(page_.empty() || page_.back().labels < series.labels);
    page_.push_back({series.labels, series.points.size()});
    ByteWriter exemplars(page_exemplars_);
    for (const MetricExemplar& each : series.exemplars) {
        exemplars.varint(series_);
        put_exemplar(each, exemplars);
    }
    page_exemplar_count_ += series.exemplars.size();
    for (std::size_t begin = 0; begin < series.points.size();) {
        const std::size_t count =
            std::min(metric_block_points - block_points_, series.points.size() - begin);
        const auto from = series.points.begin() + static_cast<std::ptrdiff_t>(begin);
        block_.push_back({series_, {from, from + static_cast<std::ptrdiff_t>(count)}});
        block_points_ += count;
        begin += count;
        if (block_points_ == metric_block_points) TRY(end_block());
    }
    points_ += series.points.size();
    ++series_;
    return page_.size() == metric_page_series ? end_page() : Result<void>();
}

Result<void> MetricPartWriter::end_block() {
    if (block_.empty()) return {};
    BlockTimes times{block_[0].points[0].at_ms, block_[0].points[0].at_ms};
    for (const SeriesPoints& each : block_) {
        times.min_ms = std::min(times.min_ms, each.points.front().at_ms);
        times.max_ms = std::max(times.max_ms, each.points.back().at_ms);
    }
    blocks_.push_back(times);
    TRY(out_.append(PartSection::metric_points, 0, encode_point_block(block_, options_),
                    FrameCodec::none));
    block_.clear();
    block_points_ = 0;
    return {};
}

Result<void> MetricPartWriter::end_page() {
    if (page_.empty()) return {};
    std::string body;
    ByteWriter writer(body);
    TextTable texts;
    writer.varint(page_.size());
    for (const PageSeries& each : page_) {
        put_labels(each.labels, texts, writer);
        writer.varint(each.points);
    }
    std::string page;
    ByteWriter whole(page);
    texts.put(whole);
    whole.raw(body);
    TRY(out_.append(PartSection::metric_series, 0, page, FrameCodec::zstd));
    std::string exemplars;
    ByteWriter(exemplars).varint(page_exemplar_count_);
    exemplars += page_exemplars_;
    TRY(out_.append(PartSection::metric_exemplars, 0, exemplars, FrameCodec::zstd));
    page_.clear();
    page_exemplars_.clear();
    page_exemplar_count_ = 0;
    ++pages_;
    return {};
}

Result<PartFacts> MetricPartWriter::finish(const std::map<std::string, MetricFamily>& families) {
    TRY(end_block());
    TRY(end_page());
    std::string known;
    ByteWriter writer(known);
    writer.varint(families.size());
    for (const auto& [name, family] : families)
        for (const std::string* text :
             {&family.name, &family.original_name, &family.type, &family.unit, &family.help})
            writer.text(*text);
    TRY(out_.append(PartSection::metric_families, 0, known, FrameCodec::zstd));
    std::string index;
    ByteWriter index_writer(index);
    index_writer.varint(pages_);
    index_writer.varint(blocks_.size());
    PartFacts facts;
    facts.spans = points_;
    std::int64_t min_ms = blocks_.empty() ? 0 : blocks_[0].min_ms;
    std::int64_t max_ms = blocks_.empty() ? 0 : blocks_[0].max_ms;
    for (const BlockTimes& each : blocks_) {
        index_writer.signed_varint(each.min_ms);
        index_writer.varint(static_cast<std::uint64_t>(each.max_ms - each.min_ms));
        min_ms = std::min(min_ms, each.min_ms);
        max_ms = std::max(max_ms, each.max_ms);
    }
    TRY(out_.append(PartSection::metric_index, 0, index, FrameCodec::none));
    facts.start_min = Instant{min_ms * ns_per_ms};
    facts.end_max = Instant{max_ms * ns_per_ms};
    facts.second_min = facts.start_min.second();
    facts.second_max = facts.end_max.second();
    return facts;
}

}  // namespace tomograph
