#pragma once

#include <cstdint>
#include <protozero/pbf_writer.hpp>
#include <string_view>

namespace tomograph::workload {

/// Writes a KeyValue of OpenTelemetry's protocol as the field `tag` of a message.
inline void add_text(protozero::pbf_writer& message, std::uint32_t tag, std::string_view key,
                     std::string_view value) {
    protozero::pbf_writer attribute(message, tag);
    attribute.add_string(1, key.data(), key.size());
    protozero::pbf_writer any(attribute, 2);
    any.add_string(1, value.data(), value.size());
}

inline void add_integer(protozero::pbf_writer& message, std::uint32_t tag, std::string_view key,
                        std::int64_t value) {
    protozero::pbf_writer attribute(message, tag);
    attribute.add_string(1, key.data(), key.size());
    protozero::pbf_writer any(attribute, 2);
    any.add_int64(3, value);
}

}  // namespace tomograph::workload
