#include "store/part/group_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/bytes.h"
#include "store/part/limits.h"

namespace tomograph {
namespace {

constexpr std::uint64_t table_version = 1;
/// The least that an entry takes: one byte for each of its numbers.
constexpr std::size_t entry_bytes_min = 18;

void write_group(const GroupFacts& group, ByteWriter& writer) {
    writer.varint(group.offset);
    writer.varint(group.bytes);
    writer.varint(group.traces);
    writer.varint(group.spans);
    writer.varint(group.documents);
    writer.signed_varint(group.second_min);
    writer.signed_varint(group.second_max);
    writer.signed_varint(group.claimed_second_min);
    writer.signed_varint(group.claimed_second_max);
    writer.signed_varint(group.start_min.ns);
    writer.signed_varint(group.end_max.ns);
    writer.signed_varint(group.duration_max.ns);
    writer.varint(group.lsn_min.value);
    writer.varint(group.lsn_max.value);
    writer.varint(group.trace_flags);
    writer.varint(group.span_flags);
    writer.varint(group.status_min);
    writer.varint(group.status_max);
}

template <class Number>
bool read_number(ByteReader& reader, Number& number) {
    const std::uint64_t value = reader.varint();
    number = static_cast<Number>(value);
    return value <= std::numeric_limits<Number>::max();
}

bool read_group(ByteReader& reader, GroupFacts& group) {
    group.offset = reader.varint();
    group.bytes = reader.varint();
    bool fits = read_number(reader, group.traces);
    fits &= read_number(reader, group.spans);
    fits &= read_number(reader, group.documents);
    group.second_min = reader.signed_varint();
    group.second_max = reader.signed_varint();
    group.claimed_second_min = reader.signed_varint();
    group.claimed_second_max = reader.signed_varint();
    group.start_min.ns = reader.signed_varint();
    group.end_max.ns = reader.signed_varint();
    group.duration_max.ns = reader.signed_varint();
    group.lsn_min.value = reader.varint();
    group.lsn_max.value = reader.varint();
    fits &= read_number(reader, group.trace_flags);
    fits &= read_number(reader, group.span_flags);
    fits &= read_number(reader, group.status_min);
    fits &= read_number(reader, group.status_max);
    return fits && !reader.failed();
}

}  // namespace

std::string encode_group_table(const std::vector<GroupFacts>& groups) {
    std::string bytes;
    ByteWriter writer(bytes);
    writer.varint(table_version);
    writer.varint(groups.size());
    for (const GroupFacts& group : groups) write_group(group, writer);
    return bytes;
}

Result<std::vector<GroupFacts>> decode_group_table(std::string_view bytes) {
    ByteReader reader(bytes);
    const std::uint64_t version = reader.varint();
    if (version != table_version)
        return Error(ErrorCode::corrupt, fmt::format("group table of version {}", version));
    const std::uint64_t count = reader.varint();
    if (count > reader.remaining() / entry_bytes_min)
        return Error(ErrorCode::corrupt, fmt::format("group table claims {} groups", count));
    std::vector<GroupFacts> groups(count);
    std::uint64_t traces = 0;
    for (GroupFacts& group : groups) {
        if (!read_group(reader, group))
            return Error(ErrorCode::corrupt, "group table: an entry is damaged");
        traces += group.traces;
    }
    if (reader.remaining() != 0 || traces > std::numeric_limits<std::uint32_t>::max())
        return Error(ErrorCode::corrupt, "group table does not fill its frame");
    return groups;
}

void add_group(const GroupFacts& group, PartFacts& facts) {
    const bool is_first = facts.traces == 0;
    const auto widen = [&](auto low, auto high, auto& min, auto& max) {
        min = is_first ? low : std::min(min, low);
        max = is_first ? high : std::max(max, high);
    };
    widen(group.second_min, group.second_max, facts.second_min, facts.second_max);
    widen(group.claimed_second_min, group.claimed_second_max, facts.claimed_second_min,
          facts.claimed_second_max);
    widen(group.start_min, group.end_max, facts.start_min, facts.end_max);
    widen(group.lsn_min, group.lsn_max, facts.lsn_min, facts.lsn_max);
    facts.traces += group.traces;
    facts.spans += group.spans;
    facts.documents += group.documents;
    facts.has_fragments |= (group.trace_flags & trace_has_older_rows) != 0;
}

std::vector<TraceRun> runs_of(const std::vector<GroupFacts>& groups) {
    std::vector<TraceRun> runs;
    std::uint32_t first = 0;
    for (const GroupFacts& group : groups) {
        runs.push_back({.first = first,
                        .rows = group.traces,
                        .spans = group.spans,
                        .second_min = group.second_min,
                        .second_max = group.second_max,
                        .start_min = group.start_min,
                        .end_max = group.end_max,
                        .flags = group.trace_flags});
        first += group.traces;
    }
    return runs;
}

}  // namespace tomograph
