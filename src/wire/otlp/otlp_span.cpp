#include "wire/otlp/otlp_span.h"

#include <algorithm>

namespace tomograph {

void set_attribute(OtlpAttributes& attributes, std::string_view key, OtlpValue value) {
    const auto place = std::ranges::find(attributes, key, &OtlpAttribute::key);
    if (place != attributes.end())
        place->value = std::move(value);
    else
        attributes.push_back({std::string(key), std::move(value)});
}

}  // namespace tomograph
