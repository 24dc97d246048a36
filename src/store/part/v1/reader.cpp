#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/log.h"
#include "store/part/block_reader.h"
#include "store/part/cache.h"
#include "store/part/fragments.h"
#include "store/part/limits.h"
#include "store/part/part.h"
#include "store/part/rollup.h"
#include "store/part/v1/documents.h"
#include "store/part/v1/id_index.h"
#include "store/part/v1/reader.h"
#include "store/part/v1/spans.h"
#include "store/part/v1/traces.h"

namespace tomograph::part_v1 {
namespace {

using TraceBlock = std::vector<PlacedTraceRow>;

Error damaged(const PartBlockReader& blocks, PartSection section, std::uint64_t index,
              std::string_view what) {
    return Error(ErrorCode::corrupt,
                 fmt::format("{}: {} block {}: {}", blocks.path(), to_text(section), index, what));
}

class Reader final : public PartReader {
 public:
    Reader(std::unique_ptr<PartBlockReader> blocks, std::shared_ptr<PartCache> cache)
        : blocks_(std::move(blocks)), cache_(std::move(cache)), cache_id_(cache_->new_reader()) {
        const PartFacts& all = blocks_->footer().facts;
        if (all.traces == 0) return;
        runs_.push_back({.first = 0,
                         .rows = static_cast<std::uint32_t>(all.traces),
                         .spans = all.spans,
                         .second_min = all.second_min,
                         .second_max = all.second_max,
                         .start_min = all.start_min,
                         .end_max = all.end_max,
                         .flags = 0xffff});
    }
    ~Reader() override { cache_->drop(cache_id_); }

    const PartFacts& facts() const override { return blocks_->footer().facts; }
    const std::string& path() const override { return blocks_->path(); }

    const std::vector<TraceRun>& runs() const override { return runs_; }
    Result<std::shared_ptr<GroupReader>> group(std::size_t) override {
        return std::shared_ptr<GroupReader>();
    }
    Result<std::vector<TraceId>> fragments() override { return scan_fragments(*this); }

    Result<std::vector<std::uint32_t>> find(TraceId id) override {
        auto candidates = find_candidates(*blocks_, id);
        if (!candidates && is_damage(candidates.error())) {
            log_warn("id index of a part is damaged, its trace table is scanned",
                     {{"error", candidates.error()}});
            return find_by_scan(id);
        }
        if (!candidates) return candidates;
        std::vector<std::uint32_t> found;
        for (const std::uint32_t ordinal : *candidates) {
            const TraceRow candidate = TRY(row(ordinal));
            if (candidate.id == id) found.push_back(ordinal);
        }
        return found;
    }

    Result<std::vector<TraceRow>> rows() override {
        std::vector<TraceRow> all;
        all.reserve(std::min<std::uint64_t>(facts().traces, rows_reserved_max));
        for (std::uint32_t index = 0; index < blocks_->blocks(PartSection::traces); ++index) {
            TraceBlock block = TRY(read_trace_block(index));
            for (PlacedTraceRow& placed : block) all.push_back(std::move(placed.row));
        }
        return all;
    }

    Result<TraceRow> row(std::uint32_t ordinal) override {
        const PlacedTraceRow placed = TRY(placed_row(ordinal));
        return placed.row;
    }

    Result<TraceKey> key(std::uint32_t ordinal) override {
        const TraceRow there = TRY(row(ordinal));
        return TraceKey{.second = there.trace_second, .id = there.id};
    }

    Result<std::vector<StoredDocument>> documents(std::uint32_t ordinal) override {
        const PlacedTraceRow placed = TRY(placed_row(ordinal));
        const TracePlace& at = placed.place;
        std::vector<StoredDocument> documents;
        std::size_t offset = at.document_offset;
        for (std::uint64_t index = at.document_block; documents.size() < at.documents; ++index) {
            if (index >= blocks_->blocks(PartSection::documents))
                return damaged(*blocks_, PartSection::documents, index,
                               "the documents end before their trace does");
            const auto block = TRY(document_block(static_cast<std::uint32_t>(index)));
            if (offset > block->size())
                return damaged(*blocks_, PartSection::documents, index,
                               "a trace row points behind its end");
            ByteReader reader(std::string_view(*block).substr(offset));
            while (documents.size() < at.documents && reader.remaining() > 0) {
                StoredDocument stored = TRY_WITHIN(path(), read_document(reader, placed.row.id));
                documents.push_back(std::move(stored));
            }
            offset = 0;
        }
        return documents;
    }

    Result<std::vector<SpanRow>> spans(std::uint32_t ordinal, Arena& texts) override {
        const PlacedTraceRow placed = TRY(placed_row(ordinal));
        const TracePlace& at = placed.place;
        if (at.span_first > facts().spans || at.spans > facts().spans - at.span_first)
            return Error(
                ErrorCode::corrupt,
                fmt::format("{}: spans of row {} lie outside of the part", path(), ordinal));
        std::vector<SpanRow> rows;
        while (rows.size() < at.spans) {
            const std::uint64_t span = at.span_first + rows.size();
            const auto block = TRY(
                span_block(static_cast<std::uint32_t>(span / rows_per_block(PartSection::spans))));
            const std::size_t first = span % rows_per_block(PartSection::spans);
            const std::size_t end = std::min(block->rows.size(), first + at.spans - rows.size());
            for (std::size_t i = first; i < end; ++i) {
                if (block->ordinals[i] != ordinal)
                    return Error(ErrorCode::corrupt, fmt::format("{}: span {} is not of row {}",
                                                                 path(), span, ordinal));
                SpanRow row = block->rows[i];
                row.service = texts.copy(row.service);
                row.name = texts.copy(row.name);
                rows.push_back(row);
            }
        }
        return rows;
    }

    Result<GraphRollup> rollup() override {
        const RollupTable table = TRY(rollup_table({}));
        return rollup_of(table);
    }

    Result<RollupTable> rollup_table(const RollupRead& read) override {
        return read_rollup(*blocks_, read);
    }

    Result<void> verify() override {
        TRY(blocks_->verify());
        for (std::uint32_t index = 0; index < blocks_->blocks(PartSection::traces); ++index)
            TRY(read_trace_block(index));
        for (std::uint32_t index = 0; index < blocks_->blocks(PartSection::spans); ++index)
            TRY(read_span_block(index));
        TRY(rollup_table({}));
        for (std::uint32_t ordinal = 0; ordinal < facts().traces; ++ordinal)
            TRY(documents(ordinal));
        return {};
    }

 private:
    static constexpr std::uint64_t rows_reserved_max = 1 << 20;

    std::uint32_t rows_per_block(PartSection section) const {
        return blocks_->footer()
            .find(section)
            ->rows_per_block;  // the footer's check saw it above 0
    }

    PartCache::Key cache_key(PartSection section, std::uint32_t index) const {
        return {
            .reader = cache_id_, .section = static_cast<std::uint16_t>(section), .index = index};
    }

    // The rows a block must have: all blocks but the last are full.
    std::uint64_t rows_of(PartSection section, std::uint32_t index, std::uint64_t total) const {
        const std::uint64_t per_block = rows_per_block(section);
        return std::min(per_block, total - index * per_block);
    }

    Result<TraceBlock> read_trace_block(std::uint32_t index) const {
        const std::string block = TRY(blocks_->read(PartSection::traces, index));
        TraceBlock rows = TRY_WITHIN(path(), decode_trace_block(block));
        if (rows.size() != rows_of(PartSection::traces, index, facts().traces))
            return damaged(*blocks_, PartSection::traces, index, "wrong number of rows");
        return rows;
    }

    Result<SpanBlock> read_span_block(std::uint32_t index) const {
        const std::string block = TRY(blocks_->read(PartSection::spans, index));
        SpanBlock rows = TRY_WITHIN(path(), decode_span_block(block));
        if (rows.rows.size() != rows_of(PartSection::spans, index, facts().spans))
            return damaged(*blocks_, PartSection::spans, index, "wrong number of rows");
        return rows;
    }

    Result<PlacedTraceRow> placed_row(std::uint32_t ordinal) {
        if (ordinal >= facts().traces)
            return Error(ErrorCode::corrupt,
                         fmt::format("{}: no row {} among {}", path(), ordinal, facts().traces));
        const std::uint32_t per_block = rows_per_block(PartSection::traces);
        const PartCache::Key key = cache_key(PartSection::traces, ordinal / per_block);
        auto block = cache_->get<TraceBlock>(key);
        if (!block) {
            TraceBlock read = TRY(read_trace_block(key.index));
            block = std::make_shared<const TraceBlock>(std::move(read));
            cache_->put(key, block, block->size() * sizeof(PlacedTraceRow));
        }
        return (*block)[ordinal % per_block];
    }

    Result<std::shared_ptr<const std::string>> document_block(std::uint32_t index) {
        const PartCache::Key key = cache_key(PartSection::documents, index);
        auto block = cache_->get<std::string>(key);
        if (!block) {
            std::string read = TRY(blocks_->read(PartSection::documents, index));
            block = std::make_shared<const std::string>(std::move(read));
            cache_->put(key, block, block->size());
        }
        return block;
    }

    Result<std::shared_ptr<const SpanBlock>> span_block(std::uint32_t index) {
        const PartCache::Key key = cache_key(PartSection::spans, index);
        auto block = cache_->get<SpanBlock>(key);
        if (!block) {
            SpanBlock read = TRY(read_span_block(index));
            block = std::make_shared<const SpanBlock>(std::move(read));
            cache_->put(key, block, block->bytes());
        }
        return block;
    }

    // Slow, and only while the index is damaged: no trace is lost with a page of it.
    Result<std::vector<std::uint32_t>> find_by_scan(TraceId id) const {
        std::vector<std::uint32_t> found;
        const std::uint32_t per_block = rows_per_block(PartSection::traces);
        for (std::uint32_t index = 0; index < blocks_->blocks(PartSection::traces); ++index) {
            const std::string block = TRY(blocks_->read(PartSection::traces, index));
            const std::vector<TraceId> ids = TRY_WITHIN(path(), decode_trace_ids(block));
            for (std::size_t i = 0; i < ids.size(); ++i)
                if (ids[i] == id)
                    found.push_back(index * per_block + static_cast<std::uint32_t>(i));
        }
        return found;
    }

    std::unique_ptr<PartBlockReader> blocks_;
    std::shared_ptr<PartCache> cache_;
    std::uint64_t cache_id_;
    std::vector<TraceRun> runs_;
};

}  // namespace

std::unique_ptr<PartReader> make_reader(std::unique_ptr<PartBlockReader> blocks,
                                        std::shared_ptr<PartCache> cache) {
    return std::make_unique<Reader>(std::move(blocks), std::move(cache));
}

}  // namespace tomograph::part_v1
