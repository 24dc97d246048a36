#include <fmt/format.h>

#include <limits>
#include <optional>
#include <tuple>

#include "store/part/block_writer.h"
#include "store/part/fragments.h"
#include "store/part/group_reader.h"
#include "store/part/group_writer.h"
#include "store/part/id_index.h"
#include "store/part/limits.h"
#include "store/part/part.h"
#include "store/part/rollup.h"

namespace tomograph {
namespace {

auto order_of(const TraceRow& row) { return std::tuple(row.trace_second, row.id, row.lsn_max); }

Result<void> check(const PartTraceView& trace, const std::optional<TraceRow>& last) {
    if (last && order_of(trace.row) < order_of(*last))
        return Error(ErrorCode::internal, "traces must come in order of second, id and lsn");
    for (const auto& [lsn, document] : trace.documents)
        if (document->bytes.size() > part_document_bytes_max)
            return Error(ErrorCode::limit,
                         fmt::format("document of {} bytes, at most {}", document->bytes.size(),
                                     part_document_bytes_max));
    return {};
}

class Writer final : public PartWriter {
 public:
    explicit Writer(std::unique_ptr<PartBlockWriter> blocks) : blocks_(std::move(blocks)) {}

    Result<void> add(const PartTraceView& trace) override {
        TRY(check(trace, last_));
        TRY(check_room(1));
        if (group_.is_full_for(trace)) TRY(finish_group());
        TRY(group_.add(trace));
        note(trace.row);
        last_ = trace.row;
        return {};
    }

    Result<void> copy(GroupReader& group) override {
        TRY(check_room(group.facts().traces));
        if (!group_.empty()) TRY(finish_group());
        GroupFacts facts = group.facts();
        facts.offset = blocks_->end();
        const bool is_plain = blocks_->cipher() == nullptr && group.blocks().cipher() == nullptr;
        const std::string filter = TRY(group.filter());
        if (is_plain) {
            TRY(copy_chunks(group));
            TRY(write_group_end(group.head(), filter, *blocks_));
        } else {
            GroupHead head = group.head();
            TRY(seal_chunks(group, head));
            facts.bytes = head.chunk_bytes();
            TRY(write_group_end(head, filter, *blocks_));
        }
        groups_.push_back(facts);
        for (std::size_t block = 0; block * trace_block_rows < facts.traces; ++block) {
            const auto rows = TRY(group.row_block(block));
            for (const TraceRow& row : *rows) note(row);
        }
        return {};
    }

    void mark_summary() override { is_summary_ = true; }

    Result<PartFacts> finish(const GraphRollup& rollup) override {
        return finish(table_of(rollup));
    }

    Result<PartFacts> finish(const RollupTable& rollup) override {
        if (!group_.empty()) TRY(finish_group());
        PartFacts facts;
        for (const GroupFacts& group : groups_) add_group(group, facts);
        facts.is_summary = is_summary_;
        TRY(index_.write(*blocks_));
        TRY(write_fragments(std::move(fragments_), *blocks_));
        const std::vector<std::string> cells = TRY(encode_rollup(rollup));
        for (const std::string& block : cells)
            TRY(blocks_->append(PartSection::rollup, 0, block, FrameCodec::zstd));
        if (!rollup.rows.empty()) {
            facts.minute_min = rollup.minute_min();
            facts.minute_max = rollup.minute_max();
        }
        const std::string table = encode_group_table(groups_);
        for (int copy = 0; copy < 2; ++copy)
            TRY(blocks_->append(PartSection::groups, 0, table, FrameCodec::zstd));
        facts.format = part_format;
        facts.bytes = TRY(blocks_->finish(facts));
        return facts;
    }

 private:
    Result<void> copy_chunks(GroupReader& group) {
        const auto& columns = group.head().columns;
        for (std::size_t column = 0; column < columns.size(); ++column)
            for (std::size_t chunk = 0; chunk < columns[column].chunks.size(); ++chunk) {
                const std::string bytes = TRY(group.chunk_bytes(column, chunk));
                TRY(blocks_->put_chunks(bytes));
            }
        return {};
    }

    /// The same under the key of this part; `head` gets the sizes and checksums.
    Result<void> seal_chunks(GroupReader& group, GroupHead& head) {
        const ChunkTarget target = chunk_target(*blocks_, head.seed);
        for (std::size_t column = 0; column < head.columns.size(); ++column) {
            std::string sealed;
            for (std::size_t chunk = 0; chunk < head.columns[column].chunks.size(); ++chunk) {
                const std::string plain = TRY(group.chunk_bytes(column, chunk));
                append_chunk(target, column, chunk, plain,
                             {.place = &head.columns[column].chunks[chunk], .bytes = &sealed});
            }
            TRY(blocks_->put_chunks(sealed));
        }
        return {};
    }

    Result<void> check_room(std::uint64_t rows) const {
        if (rows_ + rows <= std::numeric_limits<std::uint32_t>::max()) return {};
        return Error(ErrorCode::limit, "a part has at most 2^32 - 1 trace rows");
    }

    void note(const TraceRow& row) {
        ++rows_;
        index_.add(row.id, blocks_->part_seed());
        if ((row.flags & trace_has_older_rows) != 0) fragments_.push_back(row.id);
    }

    Result<void> finish_group() {
        const GroupFacts facts = TRY(group_.finish(*blocks_));
        groups_.push_back(facts);
        return {};
    }

    std::unique_ptr<PartBlockWriter> blocks_;
    GroupWriter group_;
    std::vector<GroupFacts> groups_;
    std::optional<TraceRow> last_;
    std::uint64_t rows_ = 0;
    bool is_summary_ = false;
    IdIndexBuilder index_;
    std::vector<TraceId> fragments_;
};

}  // namespace

Result<void> PartWriter::add(const PartTrace& trace) {
    std::vector<PartTraceView::Document> documents;
    documents.reserve(trace.documents.size());
    for (const StoredDocument& stored : trace.documents)
        documents.push_back({.lsn = stored.lsn, .document = &stored.document});
    return add(PartTraceView{.row = trace.row, .documents = documents, .spans = trace.spans});
}

Result<std::unique_ptr<PartWriter>> PartWriter::create(FileSystem& files, const std::string& path,
                                                       PartSeal seal) {
    auto blocks = TRY(PartBlockWriter::create(files, path, seal));
    std::unique_ptr<PartWriter> writer = std::make_unique<Writer>(std::move(blocks));
    return writer;
}

}  // namespace tomograph
