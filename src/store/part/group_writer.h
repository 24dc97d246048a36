#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/part/block_writer.h"
#include "store/part/column_builder.h"
#include "store/part/group_facts.h"
#include "store/part/group_head.h"
#include "store/part/part.h"
#include "wire/shred/shredder.h"

namespace tomograph {

/// Where the chunks of the next group go.
struct ChunkTarget {
    const PartCipher* cipher = nullptr;  ///< null: a plain part
    std::uint32_t group = 0;
    std::uint64_t seed = 0;  ///< of the checksums
};
ChunkTarget chunk_target(const PartBlockWriter& blocks, std::uint64_t seed);

/// A chunk as it goes to disk: appended to `bytes`, sealed if the part is. `place` gets its size
/// and checksum.
struct ChunkOutput {
    ChunkPlace* place = nullptr;
    std::string* bytes = nullptr;
};
void append_chunk(const ChunkTarget& target, std::size_t column, std::size_t chunk,
                  std::string_view plain, ChunkOutput output);

/// Writes what stands behind a group's chunks: its head, its filter, its head again.
Result<void> write_group_end(const GroupHead& head, std::string_view filter,
                             PartBlockWriter& blocks);

/// Takes the documents of traces apart into the columns of one group, then of the next. Keeps a
/// shredder, which learns the documents' templates. Not for threads.
class GroupWriter {
 public:
    GroupWriter() = default;
    GroupWriter(const GroupWriter&) = delete;
    GroupWriter& operator=(const GroupWriter&) = delete;

    /// Whether the trace would take the group beyond its bounds. An empty group takes every trace.
    bool is_full_for(const PartTraceView& trace) const;
    bool empty() const { return head_.traces == 0; }
    std::uint32_t traces() const { return head_.traces; }

    /// In the order of the group's rows.
    /// errors  internal  the rows of the trace's spans are not those of its documents
    Result<void> add(const PartTraceView& trace);

    /// Writes chunks, head and filter; the writer is empty afterwards.
    Result<GroupFacts> finish(PartBlockWriter& blocks);

    /// Documents that could not be taken apart, of all groups so far.
    std::uint64_t raw_documents() const { return raw_documents_; }

 private:
    /// What of a template's core slots does not follow from the span's row.
    enum Deviation : std::uint8_t { name_differs = 1, start_differs = 2, end_differs = 4 };
    /// A slot and the column that gets its values; null where the span's row has them.
    struct BoundSlot {
        SlotKind kind;
        ColumnBuilder* into;
    };
    struct BoundTemplate {
        std::uint32_t index = 0;       ///< in the group's dictionary
        std::uint32_t shape = 0;       ///< without slots of kind object
        bool has_objects = false;      ///< the values tell the shape
        std::vector<BoundSlot> slots;  ///< in order, but children's
    };

    ColumnBuilder& column(GroupColumn kind) { return core_[static_cast<std::size_t>(kind)]; }
    ColumnBuilder& path_column(GroupColumn kind, std::uint32_t path);
    const BoundTemplate& bind(std::uint32_t template_index, std::uint8_t deviations);
    BoundTemplate make_bound(std::uint32_t template_index, std::uint8_t deviations);

    bool take_apart(const Document& document, std::span<const SpanRow> spans);
    std::optional<std::uint8_t> deviations(const ShreddedRow& row, const SpanRow& span,
                                           TraceId trace_id) const;
    std::uint32_t shape_of(const ShreddedRow& row, const BoundTemplate& bound);
    void add_values(const ShreddedRow& row, const BoundTemplate& bound);
    void add_value(const BoundSlot& slot, const ShreddedValue& value);
    BoundSlot bind_member(std::uint32_t shredder_member);
    void add_row(const PartTraceView& trace);
    void add_spans(const PartTraceView& trace);
    void add_span(const PartTraceView& trace, std::size_t row);
    void add_parent(const SpanRow& span, std::size_t row);
    std::optional<std::size_t> row_of(SpanId id) const;
    void end_span();
    void end_span_block();
    void end_trace_block();
    void widen(const PartTraceView& trace);
    std::vector<ColumnBuilder*> finish_columns();
    Result<void> write_chunks(const std::vector<ColumnBuilder*>& columns, PartBlockWriter& blocks);
    Result<void> write_sealed(ColumnBuilder& column, std::size_t index, PartBlockWriter& blocks);
    void clear();

    Shredder shredder_;
    std::vector<ShreddedRow> rows_;
    std::vector<ShreddedValue> values_;
    std::vector<std::uint8_t> deviations_;

    GroupHead head_;
    GroupFacts facts_;
    std::vector<ColumnBuilder> core_ = make_core();
    std::deque<ColumnBuilder> path_builders_;
    std::unordered_map<std::uint64_t, ColumnBuilder*> path_columns_;
    DictionaryBuilder dictionary_{shredder_};
    std::unordered_map<std::uint64_t, BoundTemplate> bound_;
    std::vector<BoundSlot> bound_members_;  ///< by the shredder's number; not bound: of no column
    std::vector<std::uint32_t> forms_;      ///< of the row at hand
    std::span<const SpanRow> spans_;        ///< of the trace at hand
    std::unordered_map<SpanId, std::size_t> row_of_;  ///< of many spans; else empty
    std::uint32_t block_spans_ = 0;                   ///< of the block that is being filled
    std::uint64_t block_bytes_ = 0;
    std::uint32_t block_traces_ = 0;
    std::uint32_t trace_block_spans_ = 0;
    std::size_t trace_blocks_ = 0;
    std::uint64_t document_bytes_ = 0;
    std::uint64_t raw_documents_ = 0;

    static std::vector<ColumnBuilder> make_core();
};

}  // namespace tomograph
