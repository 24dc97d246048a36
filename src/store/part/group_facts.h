#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/part/part.h"

namespace tomograph {

/// What is known of a group of rows without reading it: where it is, and the zone map by which a
/// search skips it.
struct GroupFacts {
    std::uint64_t offset = 0;  ///< of its chunks in the file
    std::uint64_t bytes = 0;
    std::uint32_t traces = 0;
    std::uint32_t spans = 0;
    std::uint32_t documents = 0;
    std::int64_t second_min = 0;  ///< of trace_second
    std::int64_t second_max = 0;
    std::int64_t claimed_second_min = 0;  ///< of the ids' first 32 bits
    std::int64_t claimed_second_max = 0;
    Instant start_min;  ///< of the rows' start and end
    Instant end_max;
    Duration duration_max;  ///< of a span
    Lsn lsn_min;
    Lsn lsn_max;
    std::uint16_t trace_flags = 0;  ///< bits that some row has
    std::uint16_t span_flags = 0;
    std::uint16_t status_min = 0;  ///< of the spans that have one; min > max: none has
    std::uint16_t status_max = 0;
};

/// The groups of a part, in the order of their rows (docs/formats/part.md, "Groups").
std::string encode_group_table(const std::vector<GroupFacts>& groups);
/// errors  corrupt
Result<std::vector<GroupFacts>> decode_group_table(std::string_view bytes);

/// Adds what is known of a group to what is known of its part.
void add_group(const GroupFacts& group, PartFacts& facts);

/// The runs of a part with these groups.
std::vector<TraceRun> runs_of(const std::vector<GroupFacts>& groups);

}  // namespace tomograph
