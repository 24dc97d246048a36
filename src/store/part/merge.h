#pragma once

#include <span>
#include <string>

#include "store/part/part.h"

namespace tomograph {

/// Writes one part that holds what the inputs hold.
///
/// order    of the inputs does not matter; the newest row of a trace is the one with the highest
/// lsn_max joined   rows of one trace with the same trace_second become one row: fields of the
/// newest, documents by
///          replaces(), spans of the documents that stay. It has older rows elsewhere if its oldest
///          one had. Rows of one trace with different seconds stay as they are.
/// rollup   the sum
/// memory   the rollup, a few blocks per input, and the documents of one trace
/// errors   of reading and writing; a half-written output stays for the caller to remove
Result<PartFacts> merge_parts(FileSystem& files, std::span<PartReader* const> inputs,
                              const std::string& output_path);

}  // namespace tomograph
