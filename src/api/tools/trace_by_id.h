#pragma once

#include <optional>
#include <string_view>

#include "api/own/own_call.h"
#include "wire/otlp/otlp_trace.h"

namespace tomograph {

/// A trace as spans of OpenTelemetry.
struct ShownTrace {
    OtlpTrace spans;
    bool is_partial = false;  ///< documents were refused for its size
};

/// 32 hex digits, X-Ray's spelling, or fewer digits where zeros in front were left out.
///
/// errors  invalid  no trace id
Result<TraceId> read_tool_trace_id(std::string_view text);

/// Nothing when there is none, or none of it is a span.
Result<std::optional<ShownTrace>> read_shown_trace(const OwnContext& context, TraceId id);

}  // namespace tomograph
