#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tomograph {

/// Why a request was refused before its handler saw it: the `cause` of metrics.
enum class RefusalCause {
    malformed,
    header_bytes,
    header_count,
    wire_body_bytes,
    decoded_body_bytes,
    compression_ratio,
    body_budget,
    coding,
    expectation,
    header_timeout,
    body_timeout,
};
constexpr std::size_t refusal_causes = 11;

constexpr std::string_view to_text(RefusalCause cause) {
    constexpr std::array<std::string_view, refusal_causes> names = {
        "malformed",          "header_bytes",      "header_count", "wire_body_bytes",
        "decoded_body_bytes", "compression_ratio", "body_budget",  "coding",
        "expectation",        "header_timeout",    "body_timeout"};
    return names[static_cast<std::size_t>(cause)];
}

/// The answer to such a request; the connection ends behind it.
struct HttpRefusal {
    RefusalCause cause = RefusalCause::malformed;
    int status = 400;
    std::string sentence;
};

}  // namespace tomograph
