#include "store/part/group_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/bytes.h"
#include "base/log.h"
#include "store/part/arithmetic.h"
#include "store/part/block_column.h"
#include "store/part/document_reader.h"
#include "store/part/limits.h"

namespace tomograph {
namespace {

constexpr std::int64_t ns_per_second = 1'000'000'000;

// What the cache holds of a group, beside its chunks (one number a column).
constexpr std::uint16_t cached_head = 0x6000;
constexpr std::uint16_t cached_rows = 0x6001;
constexpr std::uint16_t cached_trace_spans = 0x6002;
constexpr std::uint16_t cached_template_codes = 0x6003;
constexpr std::uint16_t cached_keys = 0x6004;
constexpr std::uint16_t cached_columns = 0x4000;
static_assert(cached_columns + group_columns_max <= cached_head);
/// Chunks, and blocks, are numbered within their group.
constexpr std::uint32_t index_bits = 12;
static_assert(group_blocks_max <= 1u << index_bits);

GroupColumn column_of(SlotKind kind) {
    switch (kind) {
        case SlotKind::text:
            return GroupColumn::text;
        case SlotKind::number:
            return GroupColumn::number;
        case SlotKind::literal:
            return GroupColumn::literal;
        case SlotKind::start_time:
            return GroupColumn::span_start_scale;
        case SlotKind::end_time:
            return GroupColumn::span_end_scale;
        default:
            return GroupColumn::json;
    }
}

bool is_in_the_row(SlotKind kind) {
    return kind == SlotKind::span_id || kind == SlotKind::parent_id || kind == SlotKind::trace_id ||
           kind == SlotKind::name;
}

Result<std::uint32_t> column_of_slot(const GroupHead& head, SlotKind kind, std::uint32_t path) {
    const GroupColumn column = column_of(kind);
    const std::size_t found = head.find(column, is_path_column(column) ? path : 0);
    if (found == GroupHead::npos)
        return Error(ErrorCode::corrupt, "a template needs a column that is not there");
    return static_cast<std::uint32_t>(found);
}

/// What an opened chunk takes beside its rows: the object, and its place in the cache.
constexpr std::size_t chunk_bytes_least = 256;

template <class Chunk>
std::size_t memory_of(const Chunk& chunk, std::string_view) {
    return chunk_bytes_least + chunk.bytes();
}

/// About: its body, uncompressed, and where its values are, or their codes.
std::size_t memory_of(const column::TextChunk& chunk, std::string_view bytes) {
    ByteReader reader(bytes);
    reader.raw(2 * sizeof(std::uint32_t));
    const std::size_t body = reader.fixed<std::uint32_t>();
    const std::size_t row = chunk.distinct() > 0 ? sizeof(std::uint16_t) : sizeof(std::uint64_t);
    return chunk_bytes_least + body + chunk.distinct() * sizeof(std::string_view) +
           chunk.rows() * row;
}

}  // namespace

Result<GroupLayout> GroupLayout::make(GroupHead head) {
    GroupLayout layout;
    layout.block_first.push_back(0);
    for (const std::uint32_t spans : head.block_spans)
        layout.block_first.push_back(layout.block_first.back() + spans);
    for (const Template& each : head.dictionary.templates) {
        std::vector<std::uint32_t>& columns = layout.slot_columns.emplace_back();
        for (const Slot& slot : each.slots) {
            if (slot.kind == SlotKind::children) continue;
            columns.push_back(npos);
            if (is_in_the_row(slot.kind) || slot.kind == SlotKind::object) continue;
            columns.back() = TRY(column_of_slot(head, slot.kind, slot.path));
        }
    }
    for (const ObjectMember& each : head.dictionary.objects.members())
        layout.member_columns.push_back(TRY(column_of_slot(head, each.kind, each.path)));
    layout.head = std::move(head);
    return layout;
}

std::size_t GroupLayout::bytes() const {
    std::size_t bytes =
        head.bytes() + (block_first.size() + member_columns.size()) * sizeof(std::uint32_t);
    for (const auto& columns : slot_columns)
        bytes += sizeof columns + columns.size() * sizeof(std::uint32_t);
    return bytes;
}

Result<std::shared_ptr<GroupReader>> GroupReader::open(Source source) {
    std::shared_ptr<GroupReader> group(new GroupReader(std::move(source), nullptr));
    const Source& from = group->source_;
    const PartCache::Key key = group->key(cached_head, 0);
    group->layout_ = from.cache->get<GroupLayout>(key);
    if (group->layout_) return group;
    GroupHead head = TRY(group->read_head());
    auto layout = TRY_WITHIN(from.blocks->path(), GroupLayout::make(std::move(head)));
    const std::size_t memory = layout.bytes();
    group->layout_ = std::make_shared<const GroupLayout>(std::move(layout));
    from.cache->put(key, group->layout_, memory);
    return group;
}

/// The head, or its copy where it is damaged.
Result<GroupHead> GroupReader::read_head() const {
    const auto read = [&](std::uint32_t copy) -> Result<GroupHead> {
        const std::string bytes =
            TRY(source_.blocks->read(PartSection::group_heads, 2 * source_.index + copy));
        GroupHead head = TRY_WITHIN(source_.blocks->path(), decode_group_head(bytes));
        if (head.traces != facts().traces || head.spans() != facts().spans ||
            head.chunk_bytes() != facts().bytes)
            return damaged("its head does not fit the group table");
        return head;
    };
    auto head = read(0);
    if (head || !is_damage(head.error())) return head;
    log_warn("part is damaged, the copy is read",
             {{"part", source_.blocks->path()}, {"error", head.error()}});
    return read(1);
}

Error GroupReader::damaged(std::string_view what) const {
    return Error(ErrorCode::corrupt,
                 fmt::format("{}: group {}: {}", source_.blocks->path(), source_.index, what));
}

PartCache::Key GroupReader::key(std::uint16_t section, std::uint32_t index) const {
    return {.reader = source_.cache_id,
            .section = section,
            .index = source_.index << index_bits | index};
}

Result<std::string> GroupReader::chunk_bytes(std::size_t column, std::size_t chunk) const {
    const ChunkPlace& place = head().columns[column].chunks[chunk];
    std::string bytes = TRY(source_.blocks->read_bytes(facts().offset + place.offset, place.bytes));
    if (chunk_checksum(head().seed, column, chunk, bytes) != place.checksum)
        return damaged(fmt::format("column {} chunk {} at {}: checksum mismatch", column, chunk,
                                   facts().offset + place.offset));
    const PartCipher* cipher = source_.blocks->cipher();
    if (cipher == nullptr || bytes.empty()) return bytes;
    auto opened = cipher->open_chunk({.group = source_.index,
                                      .column = static_cast<std::uint32_t>(column),
                                      .chunk = static_cast<std::uint32_t>(chunk)},
                                     bytes);
    if (!opened)
        return damaged(
            fmt::format("column {} chunk {}: {}", column, chunk, opened.error().message()));
    return opened;
}

template <class Chunk>
Result<std::shared_ptr<const Chunk>> GroupReader::open_chunk(std::size_t column,
                                                             std::size_t chunk) {
    const PartCache::Key at =
        key(static_cast<std::uint16_t>(cached_columns + column), static_cast<std::uint32_t>(chunk));
    auto opened = source_.cache->get<Chunk>(at);
    if (opened) return opened;
    const std::string bytes = TRY(chunk_bytes(column, chunk));
    auto read = Chunk::open(bytes, head().columns[column].chunks[chunk].values);
    if (!read)
        return damaged(
            fmt::format("column {} chunk {}: {}", column, chunk, read.error().message()));
    opened = std::make_shared<const Chunk>(std::move(*read));
    source_.cache->put(at, opened, memory_of(*opened, bytes));
    return opened;
}

Result<std::shared_ptr<const column::IntChunk>> GroupReader::ints(std::size_t column,
                                                                  std::size_t chunk) {
    return open_chunk<column::IntChunk>(column, chunk);
}
Result<std::shared_ptr<const column::TextChunk>> GroupReader::texts(std::size_t column,
                                                                    std::size_t chunk) {
    return open_chunk<column::TextChunk>(column, chunk);
}
Result<std::shared_ptr<const column::DecimalChunk>> GroupReader::decimals(std::size_t column,
                                                                          std::size_t chunk) {
    return open_chunk<column::DecimalChunk>(column, chunk);
}
Result<std::shared_ptr<const column::CodeChunk>> GroupReader::codes(std::size_t column,
                                                                    std::size_t chunk) {
    return open_chunk<column::CodeChunk>(column, chunk);
}

Result<std::shared_ptr<const std::vector<std::uint32_t>>> GroupReader::trace_spans(
    std::size_t block) {
    using Firsts = std::vector<std::uint32_t>;
    const PartCache::Key at = key(cached_trace_spans, static_cast<std::uint32_t>(block));
    auto known = source_.cache->get<Firsts>(at);
    if (known) return known;
    const BlockColumn column = TRY(BlockColumn::open(*this, GroupColumn::trace_spans, block));
    const auto& spans = head().trace_block_spans;
    const std::uint32_t first = std::accumulate(
        spans.begin(), spans.begin() + static_cast<std::ptrdiff_t>(block), std::uint32_t{0});
    Firsts firsts{first};
    for (const std::int64_t count : column.ints()) {
        if (count < 0 || count > first + spans[block] - firsts.back())
            return damaged("its rows have more spans than it has");
        firsts.push_back(firsts.back() + static_cast<std::uint32_t>(count));
    }
    if (firsts.back() != first + spans[block])
        return damaged("its rows have less spans than it has");
    auto made = std::make_shared<const Firsts>(std::move(firsts));
    source_.cache->put(at, made, made->size() * sizeof(std::uint32_t));
    return made;
}

Result<SpanRange> GroupReader::spans_of(std::uint32_t row) {
    const auto firsts = TRY(trace_spans(row / trace_block_rows));
    const std::size_t at = row % trace_block_rows;
    return SpanRange{(*firsts)[at], (*firsts)[at + 1]};
}

Result<std::shared_ptr<const std::vector<std::uint32_t>>> GroupReader::template_codes(
    std::size_t block) {
    using Codes = std::vector<std::uint32_t>;
    const PartCache::Key at = key(cached_template_codes, static_cast<std::uint32_t>(block));
    auto known = source_.cache->get<Codes>(at);
    if (known) return known;
    const BlockColumn column = TRY(BlockColumn::open(*this, GroupColumn::span_template, block));
    const std::vector<std::int64_t> values = column.ints();
    const std::uint64_t end = layout().codes();
    Codes codes(values.size());
    bool is_good = true;
    for (std::size_t i = 0; i < values.size(); ++i) {
        is_good &= static_cast<std::uint64_t>(values[i]) < end;
        codes[i] = static_cast<std::uint32_t>(values[i]);
    }
    if (!is_good) return damaged("a span has a template that is not there");
    auto made = std::make_shared<const Codes>(std::move(codes));
    source_.cache->put(at, made, made->size() * sizeof(std::uint32_t));
    return made;
}

Result<std::string> GroupReader::filter() {
    return source_.blocks->read(PartSection::group_filters, source_.index);
}

Result<TraceRow> GroupReader::row(std::uint32_t row) {
    if (row >= facts().traces) return damaged(fmt::format("no row {}", row));
    const auto block = TRY(row_block(row / trace_block_rows));
    return (*block)[row % trace_block_rows];
}

Result<std::shared_ptr<const std::vector<TraceRow>>> GroupReader::row_block(std::size_t block) {
    using Rows = std::vector<TraceRow>;
    const PartCache::Key at = key(cached_rows, static_cast<std::uint32_t>(block));
    auto known = source_.cache->get<Rows>(at);
    if (known) return known;
    Rows rows = TRY(read_row_block(block));
    auto made = std::make_shared<const Rows>(std::move(rows));
    source_.cache->put(at, made, made->size() * sizeof(TraceRow));
    return made;
}

Result<TraceKey> GroupReader::key(std::uint32_t row) {
    if (row >= facts().traces) return damaged(fmt::format("no row {}", row));
    const auto block = TRY(key_block(row / trace_block_rows));
    return (*block)[row % trace_block_rows];
}

Result<std::shared_ptr<const std::vector<TraceKey>>> GroupReader::key_block(std::size_t block) {
    using Keys = std::vector<TraceKey>;
    const PartCache::Key at = key(cached_keys, static_cast<std::uint32_t>(block));
    auto known = source_.cache->get<Keys>(at);
    if (known) return known;
    Keys keys = TRY(read_key_block(block));
    auto made = std::make_shared<const Keys>(std::move(keys));
    source_.cache->put(at, made, made->size() * sizeof(TraceKey));
    return made;
}

Result<std::vector<std::int64_t>> GroupReader::trace_values(GroupColumn kind, std::size_t block) {
    const std::size_t first = block * trace_block_rows;
    if (first >= facts().traces) return damaged("no such rows");
    const BlockColumn column = TRY(BlockColumn::open(*this, kind, block));
    std::vector<std::int64_t> values = column.ints();
    if (values.size() != std::min(trace_block_rows, facts().traces - first))
        return damaged("a column has not all rows");
    return values;
}

Result<std::vector<TraceKey>> GroupReader::read_key_block(std::size_t block) {
    const std::vector<std::int64_t> seconds = TRY(trace_values(GroupColumn::trace_second, block));
    const std::vector<std::int64_t> claimed = TRY(trace_values(GroupColumn::trace_claimed, block));
    const std::vector<std::int64_t> middle = TRY(trace_values(GroupColumn::trace_id_middle, block));
    const std::vector<std::int64_t> low = TRY(trace_values(GroupColumn::trace_id_low, block));
    std::vector<TraceKey> keys(seconds.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto second = static_cast<std::uint64_t>(wrapping_sum(seconds[i], claimed[i]));
        keys[i].second = seconds[i];
        keys[i].id.high = second << 32 | (static_cast<std::uint64_t>(middle[i]) & 0xffffffff);
        keys[i].id.low = static_cast<std::uint64_t>(low[i]);
    }
    return keys;
}

/// Times last: each is kept relative to one that is read before it.
Result<std::vector<TraceRow>> GroupReader::read_row_block(std::size_t block) {
    const std::vector<TraceKey> keys = TRY(read_key_block(block));
    std::vector<TraceRow> rows(keys.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].trace_second = keys[i].second;
        rows[i].id = keys[i].id;
    }
    const auto read = [&](GroupColumn kind, auto assign) -> Result<void> {
        const std::vector<std::int64_t> values = TRY(trace_values(kind, block));
        for (std::size_t i = 0; i < rows.size(); ++i) assign(rows[i], values[i]);
        return {};
    };
    TRY(read(GroupColumn::trace_flags, [](TraceRow& row, std::int64_t value) {
        row.flags = static_cast<std::uint16_t>(value);
    }));
    TRY(read(GroupColumn::trace_lsn, [](TraceRow& row, std::int64_t value) {
        row.lsn_max.value = static_cast<std::uint64_t>(value);
    }));
    TRY(read(GroupColumn::trace_spans, [](TraceRow& row, std::int64_t value) {
        row.span_count = static_cast<std::uint32_t>(value);
    }));
    TRY(read(GroupColumn::trace_span_count, [](TraceRow& row, std::int64_t value) {
        row.span_count = static_cast<std::uint32_t>(wrapping_sum(row.span_count, value));
    }));
    TRY(read(GroupColumn::trace_start, [](TraceRow& row, std::int64_t value) {
        row.start.ns = wrapping_sum(wrapping_product(row.trace_second, ns_per_second), value);
    }));
    TRY(read(GroupColumn::trace_length, [](TraceRow& row, std::int64_t value) {
        row.end.ns = wrapping_sum(row.start.ns, value);
    }));
    TRY(read(GroupColumn::trace_segment_end_min, [](TraceRow& row, std::int64_t value) {
        row.segment_end_min.ns = wrapping_sum(row.start.ns, value);
    }));
    TRY(read(GroupColumn::trace_segment_end_max, [](TraceRow& row, std::int64_t value) {
        row.segment_end_max.ns = wrapping_difference(row.end.ns, value);
    }));
    const auto services = TRY(BlockColumn::open(*this, GroupColumn::trace_root_service, block));
    if (services.values() != rows.size()) return damaged("a column has not all rows");
    std::string scratch;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string_view service = services.text(i, scratch);
        if (service.size() > column_text_bytes_max) return damaged("root service is too long");
        rows[i].root_service = service;
    }
    return rows;
}

Result<std::vector<StoredDocument>> GroupReader::documents(std::uint32_t at) {
    const TraceRow row = TRY(this->row(at));
    const SpanRange range = TRY(spans_of(at));
    return read_documents(*this, row, range);
}

Result<std::vector<SpanRow>> GroupReader::spans(std::uint32_t at, Arena& texts) {
    const TraceRow row = TRY(this->row(at));
    const SpanRange range = TRY(spans_of(at));
    return read_spans(*this, row, range, texts);
}

Result<void> GroupReader::verify() {
    for (const std::uint32_t copy : {0U, 1U}) {
        const std::string bytes =
            TRY(source_.blocks->read(PartSection::group_heads, 2 * source_.index + copy));
        TRY_WITHIN(source_.blocks->path(), decode_group_head(bytes));
    }
    for (std::size_t column = 0; column < head().columns.size(); ++column)
        for (std::size_t chunk = 0; chunk < head().columns[column].chunks.size(); ++chunk)
            TRY(chunk_bytes(column, chunk));
    for (std::uint32_t row = 0; row < facts().traces; ++row) TRY(documents(row));
    return {};
}

}  // namespace tomograph
