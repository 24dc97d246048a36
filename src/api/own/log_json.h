#pragma once

#include <string_view>

#include "store/log_store.h"
#include "wire/json/json_text.h"

namespace tomograph {

/// Epoch seconds to the microsecond.
void write_moment(JsonText& json, std::string_view key, Instant time);

/// A line as an element of a list, or alone (docs/openapi.yaml, LogLine).
void write_log(JsonText& json, const FoundLog& line);

}  // namespace tomograph
