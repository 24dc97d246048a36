#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tomograph {

/// An ExportTraceServiceRequest in OTLP's JSON as the same message in protobuf (otlp.md §3): ids in
/// hex, 64-bit numbers as texts or numbers, enumerations as numbers or names; keys that are not
/// known are passed over, null is absent.
///
/// errors  invalid  not JSON, or a member of another type: "byte 17: expected …"
Result<std::string> trace_request_of_json(std::string_view json);

}  // namespace tomograph
