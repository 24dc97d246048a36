#pragma once

#include <cstdint>
#include <vector>

#include "store/engine/part_set.h"

namespace tomograph {

/// What is known of one trace without reading its documents.
enum class Verdict : std::uint8_t { no, yes, unknown };

/// Judges traces of a part by one predicate, from columns: the seam between the search and the
/// plans over parts. What is unknown is decoded, so a source may leave to that whatever it cannot
/// tell exactly. Used by one thread.
class MatchSource {
 public:
    virtual ~MatchSource() = default;

    /// Verdicts of the rows of one run of the part (PartReader::runs), each by the documents of
    /// that row alone: what is said of a trace that has documents elsewhere is not used.
    ///
    /// returns  one verdict a row of the run, in its order
    /// errors   io; corrupt blocks are not errors, their rows are unknown
    virtual Result<std::vector<Verdict>> judge(const LivePart& part, std::size_t run) = 0;
};

}  // namespace tomograph
