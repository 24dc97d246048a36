#include "store/part/spans.h"

#include <fmt/format.h>

#include <unordered_map>

#include "column/column_block.h"
#include "store/part/arithmetic.h"
#include "store/part/limits.h"

namespace tomograph {
namespace {

using Ints = std::vector<std::int64_t>;

// Column ids on disk.
enum : column::ColumnId {
    span_trace = 1,
    span_id = 2,
    span_parent_rows_back = 3,
    span_parent_id = 4,
    span_start_delta = 5,
    span_start_first = 6,
    span_duration = 7,
    span_flags = 8,
    span_status = 9,
    span_service = 10,
    span_name = 11,
};

std::int64_t as_int(SpanId id) { return static_cast<std::int64_t>(id.value); }
SpanId as_span_id(std::int64_t value) { return {static_cast<std::uint64_t>(value)}; }

template <class Value>
Ints column_of(const std::vector<SpanRow>& rows, Value value) {
    Ints ints;
    ints.reserve(rows.size());
    for (const SpanRow& row : rows) ints.push_back(value(row));
    return ints;
}

struct Parents {
    Ints rows_back;
    Ints ids;
};

// Ids are random and cost 8 bytes; most parents stand a few rows above in the same trace and cost
// one.
Parents link_parents(const std::vector<SpanRow>& rows, const std::vector<std::uint32_t>& ordinals) {
    Parents parents{.rows_back = Ints(rows.size()), .ids = Ints(rows.size())};
    std::unordered_map<SpanId, std::size_t> row_of;
    std::size_t begin = 0;
    while (begin < rows.size()) {
        std::size_t end = begin;
        row_of.clear();
        for (; end < rows.size() && ordinals[end] == ordinals[begin]; ++end)
            row_of.try_emplace(rows[end].id, end);
        for (std::size_t row = begin; row < end; ++row) {
            const SpanId parent = rows[row].parent_id;
            const auto found = parent.is_none() ? row_of.end() : row_of.find(parent);
            if (found == row_of.end() || found->second == row)
                parents.ids[row] = as_int(parent);
            else
                parents.rows_back[row] =
                    static_cast<std::int64_t>(row) - static_cast<std::int64_t>(found->second);
        }
        begin = end;
    }
    return parents;
}

Result<void> read_parents(const Parents& parents, std::vector<SpanRow>& rows) {
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (parents.rows_back[row] == 0) {
            rows[row].parent_id = as_span_id(parents.ids[row]);
            continue;
        }
        const auto parent = static_cast<std::uint64_t>(
            wrapping_difference(static_cast<std::int64_t>(row), parents.rows_back[row]));
        if (parent >= rows.size())
            return Error(ErrorCode::corrupt, "parent row lies outside of the block");
        rows[row].parent_id = rows[parent].id;
    }
    return {};
}

Ints start_deltas(const std::vector<SpanRow>& rows) {
    Ints deltas(rows.size());
    for (std::size_t row = 1; row < rows.size(); ++row)
        deltas[row] = wrapping_difference(rows[row].start.ns, rows[row - 1].start.ns);
    return deltas;
}

void read_starts(std::int64_t first, const Ints& deltas, std::vector<SpanRow>& rows) {
    std::int64_t start = first;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        start = wrapping_sum(start, deltas[row]);
        rows[row].start.ns = start;
    }
}

}  // namespace

void SpanBlockBuilder::add(std::uint32_t trace_ordinal, const SpanRow& row) {
    SpanRow kept = row;
    kept.service = texts_.copy(cut_text(row.service, column_text_bytes_max));
    kept.name = texts_.copy(cut_text(row.name, column_text_bytes_max));
    rows_.push_back(kept);
    ordinals_.push_back(trace_ordinal);
}

std::string SpanBlockBuilder::finish() {
    const Parents parents = link_parents(rows_, ordinals_);
    std::vector<std::string_view> services;
    std::vector<std::string_view> names;
    for (const SpanRow& row : rows_) {
        services.push_back(row.service);
        names.push_back(row.name);
    }
    column::ColumnBlockWriter writer(rows_.size());
    writer.ints(span_trace, Ints(ordinals_.begin(), ordinals_.end()));
    writer.ints(span_id, column_of(rows_, [](const SpanRow& row) { return as_int(row.id); }));
    writer.ints(span_parent_rows_back, parents.rows_back);
    writer.ints(span_parent_id, parents.ids);
    writer.ints(span_start_delta, start_deltas(rows_));
    writer.ints(span_start_first, Ints(rows_.size(), rows_.empty() ? 0 : rows_.front().start.ns));
    writer.ints(span_duration,
                column_of(rows_, [](const SpanRow& row) { return row.duration.ns; }));
    writer.ints(span_flags,
                column_of(rows_, [](const SpanRow& row) { return std::int64_t{row.flags}; }));
    writer.ints(span_status,
                column_of(rows_, [](const SpanRow& row) { return std::int64_t{row.status}; }));
    writer.texts(span_service, services);
    writer.texts(span_name, names);
    rows_.clear();
    ordinals_.clear();
    texts_ = Arena();
    return std::move(writer).finish();
}

std::size_t SpanBlock::bytes() const {
    return rows.size() * (sizeof(SpanRow) + sizeof(std::uint32_t)) + texts.bytes() +
           sizeof(SpanBlock);
}

Result<SpanBlock> decode_span_block(std::string_view block) {
    const auto reader = TRY(column::ColumnBlockReader::open(block));
    const Ints ordinals = TRY(reader.ints(span_trace));
    const Ints ids = TRY(reader.ints(span_id));
    Parents parents;
    parents.rows_back = TRY(reader.ints(span_parent_rows_back));
    parents.ids = TRY(reader.ints(span_parent_id));
    const Ints deltas = TRY(reader.ints(span_start_delta));
    const Ints first = TRY(reader.ints(span_start_first));
    const Ints durations = TRY(reader.ints(span_duration));
    const Ints flags = TRY(reader.ints(span_flags));
    const Ints status = TRY(reader.ints(span_status));
    const column::Texts services = TRY(reader.texts(span_service));
    const column::Texts names = TRY(reader.texts(span_name));

    SpanBlock decoded;
    decoded.rows.resize(reader.rows());
    decoded.ordinals.reserve(reader.rows());
    std::unordered_map<std::string_view, std::string_view> kept;  // a block has few different texts
    const auto keep = [&](std::string_view text) {
        const auto [place, is_new] = kept.try_emplace(text);
        if (is_new) place->second = decoded.texts.copy(text);
        return place->second;
    };
    for (std::size_t i = 0; i < reader.rows(); ++i) {
        if (services[i].size() > column_text_bytes_max || names[i].size() > column_text_bytes_max)
            return Error(ErrorCode::corrupt, "service or name of a span is too long");
        SpanRow& row = decoded.rows[i];
        row.id = as_span_id(ids[i]);
        row.duration.ns = durations[i];
        row.flags = static_cast<std::uint16_t>(flags[i]);
        row.status = static_cast<std::uint16_t>(status[i]);
        row.service = keep(services[i]);
        row.name = keep(names[i]);
        decoded.ordinals.push_back(static_cast<std::uint32_t>(ordinals[i]));
    }
    read_starts(first.front(), deltas, decoded.rows);
    TRY(read_parents(parents, decoded.rows));
    return decoded;
}

}  // namespace tomograph
