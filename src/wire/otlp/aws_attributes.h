#pragma once

#include <string_view>

#include "wire/json/json_cursor.h"
#include "wire/otlp/otlp_span.h"

namespace tomograph {

/// Takes the `aws` object ahead: what was called goes to the span, where the caller ran to the
/// resource. Members of the call that no table names become `aws.<member>`.
void take_aws(JsonCursor& json, OtlpAttributes& span, OtlpAttributes& resource);

/// `cloud.platform` and what else an origin says; an origin that no platform stands for is kept as
/// `aws.xray.origin`.
void set_origin(OtlpAttributes& resource, std::string_view origin);

}  // namespace tomograph
