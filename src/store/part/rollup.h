#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/part/block_reader.h"
#include "store/part/minute_stretch.h"
#include "store/part/rollup_table.h"

namespace tomograph {

/// The cells in blocks of about 256 KiB that stand alone (docs/formats/part.md, "Rollup").
/// errors  limit  a name longer than rollup_text_bytes_max
Result<std::vector<std::string>> encode_rollup(const RollupTable& table);
Result<std::vector<std::string>> encode_rollup(const GraphRollup& rollup);

/// All blocks of one file, in their order. Reads the layout without groups as well, which parts of
/// older programs have.
///
/// sums    when given, the table that StretchSums makes; of that first layout all cells
/// errors  corrupt
/// cost    7 ns a bucket with its share of the sums; all cells of a part are 10 bytes a bucket to
///         write and keep, its sums a third of that or less
Result<RollupTable> decode_rollup(std::span<const std::string> blocks,
                                  const StretchRead* sums = nullptr);

struct RollupRead {
    const StretchRead* sums = nullptr;  ///< as of decode_rollup()
    /// When given, damaged blocks are left out and it says so; else they are an error.
    std::optional<Error>* damage = nullptr;
};

/// Reads and decodes the rollup of a part of any format.
/// errors: corrupt, with the file; those of PartBlockReader::read()
Result<RollupTable> read_rollup(const PartBlockReader& part, const RollupRead& read);

}  // namespace tomograph
