#include "store/part/group_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "column/value_filter.h"
#include "store/part/arithmetic.h"
#include "store/part/derived_header.h"
#include "store/part/limits.h"
#include "store/part/raw_document.h"
#include "store/part/value_hash.h"
#include "wire/shred/limits.h"

namespace tomograph {
namespace {

constexpr std::int64_t ns_per_second = 1'000'000'000;
constexpr unsigned ns_digits = 9;
/// Of a trace of so many spans or fewer, parents are looked for from span to span.
constexpr std::size_t spans_searched_max = 32;
/// Core columns are found by their number.
constexpr std::size_t core_columns = static_cast<std::size_t>(GroupColumn::text);

std::size_t bytes_of(const PartTraceView& trace) {
    std::size_t bytes = 0;
    for (const auto& [lsn, document] : trace.documents) bytes += document->bytes.size();
    return bytes;
}

std::int64_t as_int(SpanId id) { return static_cast<std::int64_t>(id.value); }

std::int64_t zigzag(std::int64_t value) { return value * 2 ^ value >> 63; }

/// Whether the written time is exactly that moment.
bool is_moment(const ShreddedValue& value, Instant moment) {
    if (value.scale > ns_digits) return false;
    std::int64_t ns = value.mantissa;
    for (unsigned digit = value.scale; digit < ns_digits; ++digit)
        if (__builtin_mul_overflow(ns, 10, &ns)) return false;
    return ns == moment.ns;
}

GroupColumn column_of(SlotKind kind) {
    switch (kind) {
        case SlotKind::text:
            return GroupColumn::text;
        case SlotKind::number:
            return GroupColumn::number;
        case SlotKind::literal:
            return GroupColumn::literal;
        default:
            return GroupColumn::json;
    }
}

/// Of the value of a slot of kind object.
std::uint32_t form_of(const ShreddedValue& value) {
    return static_cast<std::uint32_t>(value.mantissa);
}

/// What people look for by its value: annotations, and the texts of requests.
bool is_filtered(GroupColumn column, std::string_view path) {
    if (column != GroupColumn::text && column != GroupColumn::number) return false;
    return path.starts_with("annotations\x1f") ||
           (column == GroupColumn::text &&
            (path.starts_with("http\x1f") || path.starts_with("aws\x1f") || path == "user"));
}

std::string filter_of(const std::vector<ColumnBuilder*>& columns) {
    column::ValueFilterBuilder builder;
    for (const ColumnBuilder* each : columns)
        if (each->has_filter()) builder.add(each->filter());
    return builder.finish();
}

}  // namespace

std::vector<ColumnBuilder> GroupWriter::make_core() {
    std::vector<ColumnBuilder> columns;
    columns.reserve(core_columns);
    for (std::size_t i = 0; i < core_columns; ++i)
        columns.emplace_back(static_cast<GroupColumn>(i), 0);
    columns[static_cast<std::size_t>(GroupColumn::span_service)].want_filter(path_hash("service"));
    columns[static_cast<std::size_t>(GroupColumn::span_name)].want_filter(path_hash("name"));
    return columns;
}

bool GroupWriter::is_full_for(const PartTraceView& trace) const {
    return !empty() && (facts_.spans + trace.spans.size() > group_rows ||
                        document_bytes_ + bytes_of(trace) > group_document_bytes ||
                        bound_.size() > templates_max);
}

Result<void> GroupWriter::add(const PartTraceView& trace) {
    std::size_t spans = 0;
    for (const auto& [lsn, document] : trace.documents) spans += document->header.span_count;
    if (spans != trace.spans.size())
        return Error(ErrorCode::internal, fmt::format("{} span rows for documents of {} spans",
                                                      trace.spans.size(), spans));
    widen(trace);
    add_row(trace);
    add_spans(trace);
    return {};
}

/// The trace's row.
void GroupWriter::add_row(const PartTraceView& trace) {
    const TraceRow& row = trace.row;
    const auto spans = static_cast<std::int64_t>(trace.spans.size());
    column(GroupColumn::trace_claimed)
        .add(wrapping_difference(row.id.claimed_second(), row.trace_second));
    column(GroupColumn::trace_id_middle).add(static_cast<std::int64_t>(row.id.high & 0xffffffff));
    column(GroupColumn::trace_id_low).add(static_cast<std::int64_t>(row.id.low));
    column(GroupColumn::trace_second).add(row.trace_second);
    column(GroupColumn::trace_start)
        .add(wrapping_difference(row.start.ns, wrapping_product(row.trace_second, ns_per_second)));
    column(GroupColumn::trace_length).add(wrapping_difference(row.end.ns, row.start.ns));
    column(GroupColumn::trace_segment_end_min)
        .add(wrapping_difference(row.segment_end_min.ns, row.start.ns));
    column(GroupColumn::trace_segment_end_max)
        .add(wrapping_difference(row.end.ns, row.segment_end_max.ns));
    column(GroupColumn::trace_span_count).add(std::int64_t{row.span_count} - spans);
    column(GroupColumn::trace_flags).add(std::int64_t{row.flags});
    column(GroupColumn::trace_root_service).add(cut_text(row.root_service, column_text_bytes_max));
    column(GroupColumn::trace_lsn).add(static_cast<std::int64_t>(row.lsn_max.value));
    column(GroupColumn::trace_spans).add(spans);
    ++head_.traces;
    trace_block_spans_ += static_cast<std::uint32_t>(trace.spans.size());
    if (++block_traces_ == trace_block_rows) end_trace_block();
}

/// The spans, and the documents that they stand for.
void GroupWriter::add_spans(const PartTraceView& trace) {
    spans_ = trace.spans;
    row_of_.clear();
    if (spans_.size() > spans_searched_max)
        for (std::size_t row = 0; row < spans_.size(); ++row)
            row_of_.try_emplace(spans_[row].id, row);
    std::size_t row = 0;
    for (const auto& [lsn, document] : trace.documents) {
        const std::size_t count = document->header.span_count;
        const bool is_apart = take_apart(*document, trace.spans.subspan(row, count));
        if (!is_apart) {
            ++raw_documents_;
            column(GroupColumn::raw_document).add(encode_raw_document(*document));
        }
        for (std::size_t i = 0; i < count; ++i, ++row) {
            add_span(trace, row);
            const std::uint64_t older = trace.row.lsn_max.value - lsn.value;
            column(GroupColumn::span_version)
                .add(i == 0 ? static_cast<std::int64_t>(older) : std::int64_t{0});
            if (is_apart) {
                const BoundTemplate& bound = bind(rows_[i].template_index, deviations_[i]);
                column(GroupColumn::span_template)
                    .add(std::int64_t{template_first} + shape_of(rows_[i], bound));
                column(GroupColumn::span_children).add(std::int64_t{rows_[i].children});
                add_values(rows_[i], bound);
            } else {
                column(GroupColumn::span_template)
                    .add(std::int64_t{i == 0 ? template_raw : template_raw_inside});
                column(GroupColumn::span_children)
                    .add(i == 0 ? static_cast<std::int64_t>(count) - 1 : std::int64_t{0});
            }
            end_span();
        }
        block_bytes_ += document->bytes.size();
        document_bytes_ += document->bytes.size();
    }
}

/// What the span's row says.
void GroupWriter::add_span(const PartTraceView& trace, std::size_t row) {
    const SpanRow& span = trace.spans[row];
    column(GroupColumn::span_id).add(as_int(span.id));
    add_parent(span, row);
    column(GroupColumn::span_start).add(wrapping_difference(span.start.ns, trace.row.start.ns));
    column(GroupColumn::span_duration).add(span.duration.ns);
    column(GroupColumn::span_flags).add(std::int64_t{span.flags});
    column(GroupColumn::span_status).add(std::int64_t{span.status});
    column(GroupColumn::span_service).add(cut_text(span.service, column_text_bytes_max));
    column(GroupColumn::span_name).add(cut_text(span.name, column_text_bytes_max));
}

/// Ids are random and cost 8 bytes; most parents stand a few rows above and cost a few bits.
void GroupWriter::add_parent(const SpanRow& span, std::size_t row) {
    ColumnBuilder& codes = column(GroupColumn::span_parent);
    if (span.parent_id.is_none()) return codes.add(std::int64_t{parent_none});
    const auto parent = row_of(span.parent_id);
    if (!parent || *parent == row) {
        column(GroupColumn::span_parent_id).add(as_int(span.parent_id));
        return codes.add(std::int64_t{parent_elsewhere});
    }
    codes.add(zigzag(static_cast<std::int64_t>(row) - static_cast<std::int64_t>(*parent)) + 1);
}

/// The first of that id.
std::optional<std::size_t> GroupWriter::row_of(SpanId id) const {
    if (spans_.size() > spans_searched_max) {
        const auto found = row_of_.find(id);
        return found == row_of_.end() ? std::nullopt : std::optional(found->second);
    }
    const auto found = std::find_if(spans_.begin(), spans_.end(),
                                    [id](const SpanRow& span) { return span.id == id; });
    if (found == spans_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - spans_.begin());
}

/// Fills rows_, values_ and deviations_; false when the document must be kept whole.
bool GroupWriter::take_apart(const Document& document, std::span<const SpanRow> spans) {
    if (!shredder_.shred(document.bytes, rows_, values_)) return false;
    if (rows_.size() != spans.size()) return false;
    if (derived_header(document.header.trace_id, spans) != document.header) return false;
    deviations_.resize(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const auto found = deviations(rows_[i], spans[i], document.header.trace_id);
        if (!found) return false;
        deviations_[i] = *found;
    }
    return true;
}

/// Nothing when an id is not that of the row: then the document means something else than it says.
std::optional<std::uint8_t> GroupWriter::deviations(const ShreddedRow& row, const SpanRow& span,
                                                    TraceId trace_id) const {
    const Template& shape = shredder_.template_at(row.template_index);
    unsigned found = 0;
    const ShreddedValue* value = values_.data() + row.first_value;
    for (const Slot& slot : shape.slots) {
        if (slot.kind == SlotKind::children) continue;
        const ShreddedValue& each = *value++;
        switch (slot.kind) {
            case SlotKind::object:
                value += shredder_.objects().members_of(form_of(each)).size();
                break;
            case SlotKind::span_id:
                if (each.mantissa != as_int(span.id)) return std::nullopt;
                break;
            case SlotKind::parent_id:
                if (each.mantissa != as_int(span.parent_id)) return std::nullopt;
                break;
            case SlotKind::trace_id:
                if (static_cast<std::uint64_t>(each.mantissa) != trace_id.high ||
                    each.low != trace_id.low)
                    return std::nullopt;
                break;
            case SlotKind::start_time:
                if (!is_moment(each, span.start)) found |= start_differs;
                break;
            case SlotKind::end_time:
                if (!is_moment(each, end_of(span))) found |= end_differs;
                break;
            case SlotKind::name:
                if (each.text != span.name || each.text.size() > column_text_bytes_max)
                    found |= name_differs;
                break;
            default:
                break;
        }
    }
    return static_cast<std::uint8_t>(found);
}

std::uint32_t GroupWriter::shape_of(const ShreddedRow& row, const BoundTemplate& bound) {
    if (!bound.has_objects) return bound.shape;
    forms_.clear();
    const ShreddedValue* value = values_.data() + row.first_value;
    for (const BoundSlot& slot : bound.slots) {
        const ShreddedValue& each = *value++;
        if (slot.kind != SlotKind::object) continue;
        forms_.push_back(form_of(each));
        value += shredder_.objects().members_of(forms_.back()).size();
    }
    return dictionary_.shape(bound.index, forms_);
}

void GroupWriter::add_values(const ShreddedRow& row, const BoundTemplate& bound) {
    const ShreddedValue* value = values_.data() + row.first_value;
    for (const BoundSlot& slot : bound.slots) {
        const ShreddedValue& each = *value++;
        if (slot.kind != SlotKind::object) {
            add_value(slot, each);
            continue;
        }
        for (const std::uint32_t member : shredder_.objects().members_of(form_of(each)))
            add_value(bind_member(member), *value++);
    }
}

void GroupWriter::add_value(const BoundSlot& slot, const ShreddedValue& value) {
    switch (slot.kind) {
        case SlotKind::text:
        case SlotKind::json:
            slot.into->add(value.text);
            break;
        case SlotKind::number:
            slot.into->add(column::Decimal{value.mantissa, value.scale});
            break;
        case SlotKind::literal:
            slot.into->add(value.mantissa);
            break;
        case SlotKind::start_time:
        case SlotKind::end_time:
            slot.into->add(std::int64_t{value.scale});
            break;
        default:
            break;  // the span's row has it
    }
}

GroupWriter::BoundSlot GroupWriter::bind_member(std::uint32_t shredder_member) {
    if (shredder_member >= bound_members_.size()) bound_members_.resize(shredder_member + 1);
    BoundSlot& bound = bound_members_[shredder_member];
    if (bound.into == nullptr) {
        const ObjectMember& member = shredder_.objects().members()[shredder_member];
        bound = {member.kind, &path_column(column_of(member.kind), dictionary_.path(member.path))};
    }
    return bound;
}

const GroupWriter::BoundTemplate& GroupWriter::bind(std::uint32_t template_index,
                                                    std::uint8_t deviations) {
    const std::uint64_t key = std::uint64_t{template_index} << 8 | deviations;
    const auto found = bound_.find(key);
    if (found != bound_.end()) return found->second;
    return bound_.emplace(key, make_bound(template_index, deviations)).first->second;
}

GroupWriter::BoundTemplate GroupWriter::make_bound(std::uint32_t template_index,
                                                   std::uint8_t deviations) {
    Template shape = shredder_.template_at(template_index);
    BoundTemplate bound;
    for (Slot& slot : shape.slots) {
        if (slot.kind == SlotKind::name && (deviations & name_differs) != 0)
            slot.kind = SlotKind::text;
        if (slot.kind == SlotKind::start_time && (deviations & start_differs) != 0)
            slot.kind = SlotKind::number;
        if (slot.kind == SlotKind::end_time && (deviations & end_differs) != 0)
            slot.kind = SlotKind::number;
        if (slot.kind == SlotKind::children) continue;
        BoundSlot& each = bound.slots.emplace_back(BoundSlot{slot.kind, nullptr});
        switch (slot.kind) {
            case SlotKind::text:
            case SlotKind::number:
            case SlotKind::literal:
            case SlotKind::json:
                each.into = &path_column(column_of(slot.kind), dictionary_.path(slot.path));
                break;
            case SlotKind::start_time:
                each.into = &column(GroupColumn::span_start_scale);
                break;
            case SlotKind::end_time:
                each.into = &column(GroupColumn::span_end_scale);
                break;
            default:
                break;
        }
    }
    bound.has_objects = shape.objects > 0;
    bound.index = dictionary_.add_template(std::move(shape));
    if (!bound.has_objects) bound.shape = dictionary_.shape(bound.index, {});
    return bound;
}

ColumnBuilder& GroupWriter::path_column(GroupColumn kind, std::uint32_t path) {
    ColumnBuilder*& known =
        path_columns_[std::uint64_t{path} << 8 | static_cast<std::uint8_t>(kind)];
    if (known != nullptr) return *known;
    known = &path_builders_.emplace_back(kind, path);
    const std::string& name = dictionary_.dictionary().paths[path];
    if (is_filtered(kind, name)) known->want_filter(path_hash(name));
    return *known;
}

void GroupWriter::end_span() {
    ++facts_.spans;
    if (++block_spans_ == span_block_rows || block_bytes_ >= span_block_bytes) end_span_block();
}

void GroupWriter::end_span_block() {
    const std::size_t block = head_.block_spans.size();
    head_.block_spans.push_back(block_spans_);
    for (ColumnBuilder& each : core_)
        if (!is_trace_column(each.head().column)) each.end_block(block);
    for (ColumnBuilder& each : path_builders_) each.end_block(block);
    block_spans_ = 0;
    block_bytes_ = 0;
}

void GroupWriter::end_trace_block() {
    for (ColumnBuilder& each : core_)
        if (is_trace_column(each.head().column)) each.end_block(trace_blocks_);
    ++trace_blocks_;
    head_.trace_block_spans.push_back(trace_block_spans_);
    block_traces_ = trace_block_spans_ = 0;
}

Result<GroupFacts> GroupWriter::finish(PartBlockWriter& blocks) {
    const std::vector<ColumnBuilder*> columns = finish_columns();
    head_.dictionary = dictionary_.take();
    head_.seed = mix64(blocks.part_seed() + blocks.blocks(PartSection::group_filters) + 1);
    facts_.offset = blocks.end();
    TRY(write_chunks(columns, blocks));
    facts_.bytes = blocks.end() - facts_.offset;
    TRY(write_group_end(head_, filter_of(columns), blocks));
    facts_.traces = head_.traces;
    const GroupFacts facts = facts_;
    clear();
    return facts;
}

/// Those that have values, in the order of the head.
std::vector<ColumnBuilder*> GroupWriter::finish_columns() {
    if (block_spans_ > 0) end_span_block();
    if (block_traces_ > 0) end_trace_block();
    std::vector<ColumnBuilder*> columns;
    const auto finish_one = [&](ColumnBuilder& each) {
        const bool is_of_traces = is_trace_column(each.head().column);
        each.finish(is_of_traces ? trace_blocks_ : head_.block_spans.size());
        if (!each.empty()) columns.push_back(&each);
    };
    for (ColumnBuilder& each : core_) finish_one(each);
    for (ColumnBuilder& each : path_builders_) finish_one(each);
    std::sort(columns.begin(), columns.end(), [](const ColumnBuilder* a, const ColumnBuilder* b) {
        return std::tuple(a->head().column, a->head().path) <
               std::tuple(b->head().column, b->head().path);
    });
    return columns;
}

Result<void> GroupWriter::write_chunks(const std::vector<ColumnBuilder*>& columns,
                                       PartBlockWriter& blocks) {
    for (std::size_t index = 0; index < columns.size(); ++index) {
        ColumnBuilder& each = *columns[index];
        std::vector<ChunkPlace>& chunks = each.head().chunks;
        each.head().is_filtered = each.has_filter();
        if (blocks.cipher() != nullptr) {
            TRY(write_sealed(each, index, blocks));
            continue;
        }
        for (std::size_t i = 0; i < chunks.size(); ++i)
            chunks[i].checksum = chunk_checksum(
                head_.seed, index, i, each.chunks().substr(chunks[i].offset, chunks[i].bytes));
        TRY(blocks.put_chunks(each.chunks()));
        head_.columns.push_back(std::move(each.head()));
    }
    return {};
}

Result<void> GroupWriter::write_sealed(ColumnBuilder& column, std::size_t index,
                                       PartBlockWriter& blocks) {
    const ChunkTarget target = chunk_target(blocks, head_.seed);
    ColumnHead head = std::move(column.head());
    std::string sealed;
    sealed.reserve(column.chunks().size() + head.chunks.size() * seal_tag_bytes);
    for (std::size_t i = 0; i < head.chunks.size(); ++i) {
        const std::string_view plain =
            column.chunks().substr(head.chunks[i].offset, head.chunks[i].bytes);
        append_chunk(target, index, i, plain, {.place = &head.chunks[i], .bytes = &sealed});
    }
    head_.columns.push_back(std::move(head));
    return blocks.put_chunks(sealed);
}

ChunkTarget chunk_target(const PartBlockWriter& blocks, std::uint64_t seed) {
    return {.cipher = blocks.cipher(),
            .group = blocks.blocks(PartSection::group_filters),
            .seed = seed};
}

void append_chunk(const ChunkTarget& target, std::size_t column, std::size_t chunk,
                  std::string_view plain, ChunkOutput output) {
    const std::size_t begin = output.bytes->size();
    output.bytes->append(plain);
    if (target.cipher != nullptr && !plain.empty())
        target.cipher->seal_chunk({.group = target.group,
                                   .column = static_cast<std::uint32_t>(column),
                                   .chunk = static_cast<std::uint32_t>(chunk)},
                                  *output.bytes, begin);
    const std::string_view stored = std::string_view(*output.bytes).substr(begin);
    output.place->bytes = static_cast<std::uint32_t>(stored.size());
    output.place->checksum = chunk_checksum(target.seed, column, chunk, stored);
}

Result<void> write_group_end(const GroupHead& head, std::string_view filter,
                             PartBlockWriter& blocks) {
    TRY(blocks.end_chunks());
    const std::string bytes = encode_group_head(head);
    TRY(blocks.append(PartSection::group_heads, 0, bytes, FrameCodec::zstd));
    TRY(blocks.append(PartSection::group_filters, 0, filter, FrameCodec::none));
    return blocks.append(PartSection::group_heads, 0, bytes, FrameCodec::zstd);
}

void GroupWriter::clear() {
    head_ = {};
    facts_ = {};
    core_ = make_core();
    path_builders_.clear();
    path_columns_.clear();
    bound_.clear();
    bound_members_.clear();
    block_spans_ = block_traces_ = trace_block_spans_ = 0;
    block_bytes_ = document_bytes_ = 0;
    trace_blocks_ = 0;
    // A table that filled up with templates or forms of the past makes room for those of now.
    const ShredderCounters& counters = shredder_.counters();
    if (counters.is_coarse || !counters.has_room) shredder_.reset();
    dictionary_ = DictionaryBuilder(shredder_);
}

void GroupWriter::widen(const PartTraceView& trace) {
    const TraceRow& row = trace.row;
    const bool is_first = empty();
    const auto include = [&](auto value, auto& min, auto& max) {
        min = is_first ? value : std::min(min, value);
        max = is_first ? value : std::max(max, value);
    };
    include(row.trace_second, facts_.second_min, facts_.second_max);
    include(row.id.claimed_second(), facts_.claimed_second_min, facts_.claimed_second_max);
    facts_.start_min = is_first ? row.start : std::min(facts_.start_min, row.start);
    facts_.end_max = is_first ? row.end : std::max(facts_.end_max, row.end);
    if (is_first) {
        facts_.lsn_min = facts_.lsn_max = row.lsn_max;
        facts_.status_min = 0xffff;
    }
    facts_.lsn_max = std::max(facts_.lsn_max, row.lsn_max);
    for (const auto& [lsn, document] : trace.documents) {
        facts_.lsn_min = std::min(facts_.lsn_min, lsn);
        facts_.lsn_max = std::max(facts_.lsn_max, lsn);
    }
    facts_.documents += static_cast<std::uint32_t>(trace.documents.size());
    facts_.trace_flags |= row.flags;
    for (const SpanRow& span : trace.spans) {
        facts_.duration_max = std::max(facts_.duration_max, span.duration);
        facts_.span_flags |= span.flags;
        if (span.status == 0) continue;
        facts_.status_min = std::min(facts_.status_min, span.status);
        facts_.status_max = std::max(facts_.status_max, span.status);
    }
}

}  // namespace tomograph
