#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>

#include "store/part/block_writer.h"
#include "store/part/documents.h"
#include "store/part/id_index.h"
#include "store/part/limits.h"
#include "store/part/part.h"
#include "store/part/rollup.h"
#include "store/part/spans.h"
#include "store/part/traces.h"

namespace tomograph {
namespace {

auto order_of(const TraceRow& row) { return std::tuple(row.trace_second, row.id, row.lsn_max); }

std::size_t bytes_of(const std::vector<StoredDocument>& documents) {
    std::size_t bytes = 0;
    for (const StoredDocument& stored : documents) bytes += stored.document.bytes.size();
    return bytes;
}

Result<void> check(const PartTrace& trace, const std::optional<TraceRow>& last) {
    if (last && order_of(trace.row) < order_of(*last))
        return Error(ErrorCode::internal, "traces must come in order of second, id and lsn");
    for (const StoredDocument& stored : trace.documents)
        if (stored.document.bytes.size() > part_document_bytes_max)
            return Error(ErrorCode::limit,
                         fmt::format("document of {} bytes, at most {}",
                                     stored.document.bytes.size(), part_document_bytes_max));
    return {};
}

class Writer final : public PartWriter {
 public:
    explicit Writer(std::unique_ptr<PartBlockWriter> blocks) : blocks_(std::move(blocks)) {}

    Result<void> add(const PartTrace& trace) override {
        TRY(check(trace, last_));
        if (facts_.traces == std::numeric_limits<std::uint32_t>::max())
            return Error(ErrorCode::limit, "a part has at most 2^32 - 1 trace rows");
        PlacedTraceRow placed{.row = trace.row, .place = {}};
        TRY(add_documents(trace, placed.place));
        TRY(add_spans(trace, placed.place));
        count(trace);
        index_.add(trace.row.id, blocks_->part_seed());
        rows_.push_back(std::move(placed));
        if (rows_.size() == trace_block_rows) TRY(flush_rows());
        last_ = trace.row;
        return {};
    }

    Result<PartFacts> finish(const GraphRollup& rollup) override {
        TRY(flush_documents());
        TRY(flush_spans());
        TRY(flush_rows());
        TRY(index_.write(*blocks_));
        const std::vector<std::string> cells = TRY(encode_rollup(rollup));
        for (const std::string& block : cells)
            TRY(blocks_->append(PartSection::rollup, 0, block, FrameCodec::zstd));
        if (!rollup.cells.empty()) {
            facts_.minute_min = rollup.cells.begin()->first.minute;  // the key's first member
            facts_.minute_max = rollup.cells.rbegin()->first.minute;
        }
        facts_.format = part_format;
        facts_.bytes = TRY(blocks_->finish(facts_));
        return facts_;
    }

 private:
    Result<void> add_documents(const PartTrace& trace, TracePlace& place) {
        // A small trace stays in one block, so that it is read with one read.
        const std::size_t bytes = bytes_of(trace.documents);
        if (documents_.size() + bytes > document_block_bytes_max && bytes <= document_block_bytes)
            TRY(flush_documents());
        place.document_block = blocks_->blocks(PartSection::documents);
        place.document_offset = static_cast<std::uint32_t>(documents_.size());
        place.documents = static_cast<std::uint32_t>(trace.documents.size());
        for (const StoredDocument& stored : trace.documents) {
            if (documents_.size() >= document_block_bytes_max) TRY(flush_documents());
            write_document(stored, documents_);
        }
        if (documents_.size() >= document_block_bytes) TRY(flush_documents());
        return {};
    }

    Result<void> add_spans(const PartTrace& trace, TracePlace& place) {
        place.span_first = facts_.spans;
        place.spans = static_cast<std::uint32_t>(trace.spans.size());
        for (const SpanRow& row : trace.spans) {
            spans_.add(static_cast<std::uint32_t>(facts_.traces), row);
            if (spans_.rows() == span_block_rows) TRY(flush_spans());
        }
        return {};
    }

    void count(const PartTrace& trace) {
        const TraceRow& row = trace.row;
        const bool is_first = facts_.traces == 0;
        const auto widen = [&](auto value, auto& min, auto& max) {
            min = is_first ? value : std::min(min, value);
            max = is_first ? value : std::max(max, value);
        };
        widen(row.trace_second, facts_.second_min, facts_.second_max);
        widen(row.id.claimed_second(), facts_.claimed_second_min, facts_.claimed_second_max);
        facts_.start_min = is_first ? row.start : std::min(facts_.start_min, row.start);
        facts_.end_max = is_first ? row.end : std::max(facts_.end_max, row.end);
        facts_.lsn_max = std::max(facts_.lsn_max, row.lsn_max);
        for (const StoredDocument& stored : trace.documents) {
            facts_.lsn_max = std::max(facts_.lsn_max, stored.lsn);
            facts_.lsn_min =
                facts_.documents == 0 ? stored.lsn : std::min(facts_.lsn_min, stored.lsn);
            ++facts_.documents;
        }
        facts_.has_fragments = facts_.has_fragments || (row.flags & trace_has_older_rows) != 0;
        facts_.spans += trace.spans.size();
        ++facts_.traces;
    }

    Result<void> flush_documents() {
        if (documents_.empty()) return {};
        TRY(blocks_->append(PartSection::documents, 0, documents_, FrameCodec::zstd));
        documents_.clear();
        return {};
    }

    Result<void> flush_spans() {
        if (spans_.rows() == 0) return {};
        return blocks_->append(PartSection::spans, span_block_rows, spans_.finish(),
                               FrameCodec::none);
    }

    Result<void> flush_rows() {
        if (rows_.empty()) return {};
        TRY(blocks_->append(PartSection::traces, trace_block_rows, encode_trace_block(rows_),
                            FrameCodec::none));
        rows_.clear();
        return {};
    }

    std::unique_ptr<PartBlockWriter> blocks_;
    PartFacts facts_;
    std::optional<TraceRow> last_;
    std::string documents_;
    SpanBlockBuilder spans_;
    std::vector<PlacedTraceRow> rows_;
    IdIndexBuilder index_;
};

}  // namespace

Result<std::unique_ptr<PartWriter>> PartWriter::create(FileSystem& files, const std::string& path) {
    auto blocks = TRY(PartBlockWriter::create(files, path));
    std::unique_ptr<PartWriter> writer = std::make_unique<Writer>(std::move(blocks));
    return writer;
}

}  // namespace tomograph
