#include "store/part/v1/spans.h"

#include <fmt/format.h>

#include <unordered_map>

#include "column/column_block.h"
#include "store/part/arithmetic.h"
#include "store/part/limits.h"

namespace tomograph::part_v1 {
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

SpanId as_span_id(std::int64_t value) { return {static_cast<std::uint64_t>(value)}; }

struct Parents {
    Ints rows_back;
    Ints ids;
};

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

void read_starts(std::int64_t first, const Ints& deltas, std::vector<SpanRow>& rows) {
    std::int64_t start = first;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        start = wrapping_sum(start, deltas[row]);
        rows[row].start.ns = start;
    }
}

}  // namespace

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

}  // namespace tomograph::part_v1
