#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/predicate.h"

namespace tomograph {

/// What Jaeger's search asks of one span.
struct JaegerSearch {
    std::string service{};    ///< "": any
    std::string operation{};  ///< "": any
    std::vector<std::pair<std::string, std::string>> tags{};
    std::string min_duration{};  ///< as Go writes it: 1.5s
    std::string max_duration{};
};

/// Some span has all of it. A tag is that of the span, of its process or of one of its events, of
/// whatever type: `200` is the text and the number. `error`, `span.kind`, `otel.status_code`,
/// `otel.status_description`, `otel.scope.name` and `otel.scope.version` are what
/// write_jaeger_trace makes of them.
///
/// errors  invalid  a duration that is none
Result<Predicate> jaeger_predicate(const JaegerSearch& search);

/// Reads {"key":"value",…}; numbers and booleans are taken for their texts.
///
/// errors  invalid  not such an object; limit more than tool_tags_max members
Result<std::vector<std::pair<std::string, std::string>>> read_jaeger_tags(std::string_view json);

}  // namespace tomograph
