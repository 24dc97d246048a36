#pragma once

#include <string>
#include <vector>

#include "query/query_context.h"
#include "wire/otlp/otlp_span.h"

namespace tomograph {

/// Names that spans have, the most frequent `limit` of them, by name. What the budget does not
/// reach is not told: ranges are looked at evenly.

/// Of services with any span in the range.
Result<std::vector<std::string>> service_names(const QueryContext& context, TimeRange range,
                                               const SearchBudget& budget, std::size_t limit);

/// Of the spans of a service ("": of all), of one kind where one is asked for.
Result<std::vector<std::string>> span_names(const QueryContext& context, TimeRange range,
                                            const SearchBudget& budget, const std::string& service,
                                            std::optional<OtlpKind> kind, std::size_t limit);

/// What services called whom: sums of the service graph, which count every span.
struct ServiceCalls {
    std::string caller;
    std::string called;
    std::int64_t count = 0;
};
Result<std::vector<ServiceCalls>> service_calls(const QueryContext& context, TimeRange range);

}  // namespace tomograph
