#include "store/part/document_reader.h"

#include <algorithm>
#include <span>
#include <variant>

#include "store/part/arithmetic.h"
#include "store/part/block_column.h"
#include "store/part/derived_header.h"
#include "store/part/limits.h"
#include "store/part/raw_document.h"
#include "wire/shred/rebuild.h"

namespace tomograph {
namespace {

/// Of values that may be damaged.
std::size_t block_of(const GroupLayout& layout, std::uint32_t span) {
    const auto& firsts = layout.block_first;
    return static_cast<std::size_t>(std::upper_bound(firsts.begin(), firsts.end(), span) -
                                    firsts.begin()) -
           1;
}

/// Calls with each block that the range touches, and the range of its spans that count, from the
/// block's first.
template <class Visit>
Result<void> each_block(const GroupLayout& layout, SpanRange range, Visit visit) {
    if (range.first == range.end) return {};
    for (std::size_t block = block_of(layout, range.first); range.first < range.end; ++block) {
        const std::uint32_t first = layout.block_first[block];
        const std::uint32_t end = std::min(range.end, layout.block_first[block + 1]);
        TRY(visit(block, SpanRange{range.first - first, end - first}));
        range.first = end;
    }
    return {};
}

/// The ids of parents that stand outside of the trace row.
Result<void> read_parents(GroupReader& group, SpanRange range, std::vector<SpanRow>& rows) {
    std::size_t row = 0;
    const auto read = [&](std::size_t block, SpanRange part) -> Result<void> {
        const BlockColumn codes = TRY(BlockColumn::open(group, GroupColumn::span_parent, block));
        BlockColumn ids;
        std::size_t before = 0;
        bool is_open = false;
        for (std::uint32_t i = part.first; i < part.end; ++i, ++row) {
            const std::int64_t code = codes.number(i);
            if (code == parent_none) continue;
            if (code != parent_elsewhere) {
                const std::int64_t parent = static_cast<std::int64_t>(row) - unzigzag(code - 1);
                if (parent < 0 || parent >= static_cast<std::int64_t>(rows.size()))
                    return group.damaged("a parent lies outside of its trace");
                rows[row].parent_id = rows[static_cast<std::size_t>(parent)].id;
                continue;
            }
            if (!is_open) {
                is_open = true;
                ids = TRY(BlockColumn::open(group, GroupColumn::span_parent_id, block));
                for (std::uint32_t j = 0; j < i; ++j)
                    if (codes.number(j) == parent_elsewhere) ++before;
            }
            if (before >= ids.values()) return group.damaged("a parent is missing");
            rows[row].parent_id.value = static_cast<std::uint64_t>(ids.number(before++));
        }
        return {};
    };
    return each_block(group.layout(), range, read);
}

/// Walks the spans of a block and the values of the slots of their templates, column by column.
class SlotValues {
 public:
    explicit SlotValues(GroupReader& group)
        : group_(group), layout_(group.layout()), columns_(group.head().columns.size()) {
        raw_column_ = group.head().find(GroupColumn::raw_document);
    }

    /// Goes to a span of a block: counts what stands before it.
    Result<void> enter(std::size_t block, std::uint32_t span) {
        codes_ = TRY(group_.template_codes(block));
        block_ = block;
        std::vector<std::uint32_t> seen(layout_.codes());
        for (std::uint32_t i = 0; i < span; ++i) ++seen[(*codes_)[i]];
        for (Column& column : columns_) column = {};
        const std::vector<RowShape>& shapes = layout_.head.dictionary.shapes;
        for (std::size_t i = 0; i < shapes.size(); ++i) {
            const std::uint32_t spans = seen[i + template_first];
            if (spans == 0) continue;
            layout_.each_column(shapes[i],
                                [&](std::uint32_t column) { columns_[column].next += spans; });
        }
        if (raw_column_ != GroupHead::npos) columns_[raw_column_].next += seen[template_raw];
        return {};
    }

    std::uint32_t code(std::uint32_t span) const { return (*codes_)[span]; }

    Result<std::string_view> text(std::size_t index, Arena& arena) {
        const std::size_t at = TRY(next(index));
        Column& column = columns_[index];
        if (!column.texts) {
            column.texts = TRY(group_.texts(index, column.place.chunk));
            kept_.push_back(column.texts);
        }
        const std::string_view text = column.texts->value(at, scratch_);
        // What the scratch holds must outlive the next text.
        return column.texts->is_stored() ? text : arena.copy(text);
    }
    Result<column::Decimal> decimal(std::size_t index) {
        const std::size_t at = TRY(next(index));
        Column& column = columns_[index];
        if (!column.decimals) column.decimals = TRY(group_.decimals(index, column.place.chunk));
        return column.decimals->value(at);
    }
    Result<std::int64_t> code_value(std::size_t index) {
        const std::size_t at = TRY(next(index));
        Column& column = columns_[index];
        if (!column.codes) column.codes = TRY(group_.codes(index, column.place.chunk));
        return std::int64_t{column.codes->value(at)};
    }
    Result<std::int64_t> number(std::size_t index) {
        const std::size_t at = TRY(next(index));
        Column& column = columns_[index];
        if (!column.ints) column.ints = TRY(group_.ints(index, column.place.chunk));
        return column.ints->value(at);
    }
    Result<std::string_view> raw_document(Arena& arena) {
        if (raw_column_ == GroupHead::npos) return group_.damaged("a raw document is missing");
        return text(raw_column_, arena);
    }

 private:
    struct Column {
        std::size_t next = 0;  ///< in the block
        bool is_placed = false;
        BlockPlace place;
        std::shared_ptr<const column::TextChunk> texts;
        std::shared_ptr<const column::DecimalChunk> decimals;
        std::shared_ptr<const column::CodeChunk> codes;
        std::shared_ptr<const column::IntChunk> ints;
    };

    /// The place of the next value in its chunk.
    Result<std::size_t> next(std::size_t index) {
        const ColumnHead& head = group_.head().columns[index];
        Column& column = columns_[index];
        if (column.next >= head.values[block_]) return group_.damaged("a value is missing");
        if (!column.is_placed) {
            column.place = place_of(head, block_);
            column.is_placed = true;
        }
        return column.place.first + column.next++;
    }

    GroupReader& group_;
    const GroupLayout& layout_;
    std::vector<Column> columns_;
    std::size_t raw_column_;
    std::vector<std::shared_ptr<const column::TextChunk>> kept_;  ///< texts point into them
    std::size_t block_ = 0;
    std::shared_ptr<const std::vector<std::uint32_t>> codes_;
    std::string scratch_;
};

class DocumentsOfRow {
 public:
    DocumentsOfRow(GroupReader& group, const TraceRow& row, SpanRange range)
        : group_(group), row_(row), range_(range), slots_(group) {}

    Result<std::vector<StoredDocument>> run() {
        spans_ = TRY(read_spans(group_, row_, range_, arena_));
        const auto read = [&](std::size_t block, SpanRange part) {
            return read_block(block, part);
        };
        TRY(each_block(group_.layout(), range_, read));
        std::vector<StoredDocument> documents;
        for (std::size_t first = 0; first < spans_.size();) {
            StoredDocument stored{.lsn = {row_.lsn_max.value - rows_[first].older}, .document = {}};
            const std::size_t end = TRY(end_of_document(first));
            TRY(read_document(first, end, stored.document));
            documents.push_back(std::move(stored));
            first = end;
        }
        return documents;
    }

 private:
    struct Row {
        std::uint32_t code = 0;
        std::uint32_t children = 0;
        std::uint64_t older = 0;
        std::size_t first_value = 0;
        std::string_view raw;
    };

    /// Values come column by column in the order of the spans, texts in another: all are read
    /// first.
    Result<void> read_block(std::size_t block, SpanRange part) {
        TRY(slots_.enter(block, part.first));
        const BlockColumn children =
            TRY(BlockColumn::open(group_, GroupColumn::span_children, block));
        const BlockColumn versions =
            TRY(BlockColumn::open(group_, GroupColumn::span_version, block));
        for (std::uint32_t i = part.first; i < part.end; ++i) {
            Row& row = rows_.emplace_back();
            row.code = slots_.code(i);
            row.children = static_cast<std::uint32_t>(children.number(i));
            row.older = static_cast<std::uint64_t>(versions.number(i));
            row.first_value = values_.size();
            if (row.code == template_raw)
                row.raw = TRY(slots_.raw_document(arena_));
            else if (row.code >= template_first)
                TRY(read_values(rows_.size() - 1));
        }
        return {};
    }

    Result<void> read_values(std::size_t at) {
        const TemplateDictionary& dictionary = group_.head().dictionary;
        const RowShape& shape = dictionary.shapes[rows_[at].code - template_first];
        const std::vector<std::uint32_t>& columns =
            group_.layout().slot_columns[shape.template_index];
        const std::span<const std::uint32_t> forms = dictionary.forms_of(shape);
        const SpanRow& span = spans_[at];
        std::size_t value = 0;
        std::size_t object = 0;
        for (const Slot& slot : dictionary.templates[shape.template_index].slots) {
            if (slot.kind == SlotKind::children) continue;
            const std::uint32_t column = columns[value++];
            ShreddedValue& out = values_.emplace_back();
            switch (slot.kind) {
                case SlotKind::text:
                case SlotKind::number:
                case SlotKind::literal:
                case SlotKind::json:
                    TRY(read_slot(slot.kind, column, out));
                    break;
                case SlotKind::object:
                    out.mantissa = forms[object];
                    TRY(read_members(forms[object++]));
                    break;
                case SlotKind::span_id:
                    out.mantissa = static_cast<std::int64_t>(span.id.value);
                    break;
                case SlotKind::parent_id:
                    out.mantissa = static_cast<std::int64_t>(span.parent_id.value);
                    break;
                case SlotKind::trace_id:
                    out.mantissa = static_cast<std::int64_t>(row_.id.high);
                    out.low = row_.id.low;
                    break;
                case SlotKind::start_time:
                    TRY(read_time(column, span.start, out));
                    break;
                case SlotKind::end_time:
                    TRY(read_time(column, end_of(span), out));
                    break;
                case SlotKind::name:
                    out.text = span.name;
                    break;
                case SlotKind::children:
                    break;
            }
        }
        return {};
    }

    Result<void> read_members(std::uint32_t form) {
        const ObjectForms& objects = group_.head().dictionary.objects;
        for (const std::uint32_t member : objects.members_of(form))
            TRY(read_slot(objects.members()[member].kind, group_.layout().member_columns[member],
                          values_.emplace_back()));
        return {};
    }

    /// The next value of the column.
    Result<void> read_slot(SlotKind kind, std::uint32_t column, ShreddedValue& out) {
        switch (kind) {
            case SlotKind::number: {
                const column::Decimal decimal = TRY(slots_.decimal(column));
                out.mantissa = decimal.mantissa;
                out.scale = decimal.scale;
                return {};
            }
            case SlotKind::literal:
                out.mantissa = TRY(slots_.code_value(column));
                return {};
            default:
                out.text = TRY(slots_.text(column, arena_));
                return {};
        }
    }

    Result<void> read_time(std::uint32_t column, Instant moment, ShreddedValue& out) {
        const std::int64_t scale = TRY(slots_.number(column));
        if (scale < 0 || scale > 9) return group_.damaged("a time has an impossible scale");
        out.scale = static_cast<std::uint8_t>(scale);
        out.mantissa = moment.ns;
        for (std::int64_t digit = scale; digit < 9; ++digit) out.mantissa /= 10;
        return {};
    }

    /// Spans stand in preorder: a document ends when every announced child has come.
    Result<std::size_t> end_of_document(std::size_t first) const {
        std::uint64_t announced = 1;
        std::size_t at = first;
        while (announced > 0) {
            if (at == rows_.size()) return group_.damaged("a document ends too early");
            announced += rows_[at++].children;
            --announced;
        }
        return at;
    }

    Result<void> read_document(std::size_t first, std::size_t end, Document& document) {
        if (rows_[first].code == template_raw) {
            document =
                TRY_WITHIN(group_.blocks().path(), decode_raw_document(rows_[first].raw, row_.id));
            if (document.header.span_count != end - first)
                return group_.damaged("a raw document of other spans");
            return {};
        }
        document.header = derived_header(row_.id, std::span(spans_).subspan(first, end - first));
        const TemplateDictionary& dictionary = group_.head().dictionary;
        shapes_.clear();
        for (std::size_t i = first; i < end; ++i) {
            if (rows_[i].code < template_first) return group_.damaged("a span without a text");
            const RowShape& shape = dictionary.shapes[rows_[i].code - template_first];
            shapes_.push_back({&dictionary.templates[shape.template_index], rows_[i].children});
        }
        const auto value_of = [&](std::size_t row, std::size_t i, ShreddedValue& value) {
            value = values_[rows_[first + row].first_value + i];
            return true;
        };
        TRY_WITHIN(group_.blocks().path(),
                   rebuild(shapes_, dictionary.objects, value_of, document.bytes));
        return {};
    }

    GroupReader& group_;
    const TraceRow& row_;
    SpanRange range_;
    SlotValues slots_;
    Arena arena_;
    std::vector<SpanRow> spans_;
    std::vector<Row> rows_;
    std::vector<ShreddedValue> values_;
    std::vector<RebuildRow> shapes_;
};

}  // namespace

Result<std::vector<StoredDocument>> read_documents(GroupReader& group, const TraceRow& row,
                                                   SpanRange range) {
    return DocumentsOfRow(group, row, range).run();
}

Result<std::vector<SpanRow>> read_spans(GroupReader& group, const TraceRow& row, SpanRange range,
                                        Arena& texts) {
    std::vector<SpanRow> rows;
    rows.reserve(range.end - range.first);
    std::string scratch;
    const auto read = [&](std::size_t block, SpanRange part) -> Result<void> {
        const auto open = [&](GroupColumn kind) { return BlockColumn::open(group, kind, block); };
        const BlockColumn ids = TRY(open(GroupColumn::span_id));
        const BlockColumn starts = TRY(open(GroupColumn::span_start));
        const BlockColumn durations = TRY(open(GroupColumn::span_duration));
        const BlockColumn flags = TRY(open(GroupColumn::span_flags));
        const BlockColumn status = TRY(open(GroupColumn::span_status));
        const BlockColumn services = TRY(open(GroupColumn::span_service));
        const BlockColumn names = TRY(open(GroupColumn::span_name));
        for (std::uint32_t i = part.first; i < part.end; ++i) {
            SpanRow& span = rows.emplace_back();
            span.id.value = static_cast<std::uint64_t>(ids.number(i));
            span.start.ns = wrapping_sum(row.start.ns, starts.number(i));
            span.duration.ns = durations.number(i);
            span.flags = static_cast<std::uint16_t>(flags.number(i));
            span.status = static_cast<std::uint16_t>(status.number(i));
            span.service = texts.copy(services.text(i, scratch));
            span.name = texts.copy(names.text(i, scratch));
        }
        return {};
    };
    TRY(each_block(group.layout(), range, read));
    TRY(read_parents(group, range, rows));
    return rows;
}

}  // namespace tomograph
