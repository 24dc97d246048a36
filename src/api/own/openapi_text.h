#pragma once

#include <string_view>

namespace tomograph {

/// docs/openapi.yaml, as it was when this was built.
std::string_view openapi_text();

}  // namespace tomograph
