#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tomograph {

/// An ExportMetricsServiceRequest in OTLP's JSON as the same message in protobuf, as
/// trace_request_of_json().
///
/// errors  invalid  not JSON, or a member of another type: "byte 17: expected …"
Result<std::string> metrics_request_of_json(std::string_view json);

}  // namespace tomograph
