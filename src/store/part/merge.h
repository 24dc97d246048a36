#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "store/part/limits.h"
#include "store/part/part.h"

namespace tomograph {

struct MergeOptions {
    /// Groups of at least so many spans are copied as they are; the traces of smaller ones are put
    /// together in new groups.
    std::uint64_t copy_spans_min = group_copy_rows_min;
    /// Rows that the output does not get: ascending ordinals, an entry for each input, or no entry
    /// at all. Groups that hold some are put together anew.
    std::vector<std::vector<std::uint32_t>> left_out = {};
    /// Added to the sum.
    const GraphRollup* correction = nullptr;
    PartSeal seal{};  ///< of the output; the inputs may be sealed or not
    /// Makes the summaries of each row, after joining; no group is copied then, and the output is
    /// marked. Without: the output is marked if every input with rows is.
    std::function<Result<void>(PartTrace&)> summarise = nullptr;
};

/// Writes one part that holds what the inputs hold.
///
/// order    of the inputs does not matter; the newest row of a trace is the one with the highest
///          lsn_max
/// joined   rows of one trace with the same trace_second that are not copied become one row: fields
///          of the newest, documents by replaces(), spans of the documents that stay. It has older
///          rows elsewhere if its oldest one had. Rows of one trace with different seconds, and
///          those of copied groups, stay as they are.
/// rollup   the sum; of one input without a correction what it has, number for number
/// memory   the rollup, the id index, one group, and the documents of one trace
/// errors   of reading and writing; a half-written output stays for the caller to remove
Result<PartFacts> merge_parts(FileSystem& files, std::span<PartReader* const> inputs,
                              const std::string& output_path, const MergeOptions& options = {});

}  // namespace tomograph
