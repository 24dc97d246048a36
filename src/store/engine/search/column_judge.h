#pragma once

#include <memory>

#include "model/predicate.h"
#include "store/engine/search/match_source.h"
#include "store/part/group_reader.h"

namespace tomograph {

/// Judges traces by the columns of their part: what spans a tree asks of, leaf by leaf on the codes
/// of the chunks, then trace by trace. Three-valued: what columns cannot tell exactly is unknown.
///
///   exact    fields of the trace; `some span` over fields of the span's row and attributes with
///            values of their own; `some root` and `some segment` over the same, and over what is
///            inferred from the name and kind of a call
///   unknown  origins, accounts and exceptions; names of AWS resources; attributes inside arrays or
///            of documents kept whole; causes; traces whose parents are in a ring; rows with
///            trace_is_irregular; parts of format 1
///   between  `some call` is "no" where no span could make it hold
///
/// Groups whose value filter lacks a wanted value are not read at all.
/// cost  about 5 ns a span and leaf that some value of the chunk passes, else a fraction
std::shared_ptr<MatchSource> make_column_judge(const Predicate& predicate);

/// The same of one group. errors: corrupt, io
Result<std::vector<Verdict>> judge_by_columns(const Predicate& predicate, GroupReader& group);

}  // namespace tomograph
