#pragma once

#include <string>

#include "query/spans/find_spans.h"
#include "query/spans/traceql.h"

namespace tomograph {

/// One search of Tempo's.
struct TempoSearch {
    TraceQl query;
    TraceSelection traces;  ///< with the predicate of the query
    std::size_t limit = 20;
    std::size_t spans_per_set = 3;
};

/// `tags`: `service.name="shop" http.status_code=500`, as one span that has all of them, each of
/// the span or of its resource, whatever type it has; `name` and `status` are the span's own.
///
/// errors  invalid  not such a text
Result<TraceQl> read_tempo_tags(std::string_view text);

/// {"traces":[…],"metrics":{…}} (grafana.md §4). errors: those of find_spans()
Result<std::string> tempo_search_json(const QueryContext& context, const Clock& clock,
                                      const TempoSearch& search);

}  // namespace tomograph
