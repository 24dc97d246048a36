#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tomograph {

/// What ADOT's exporters send in place of a segment document (daemon.md §1): two or three letters
/// that say what, then an OTLP request in base64.
enum class OtlpEnvelope { none, sampled_spans, unsampled_spans, metrics };

OtlpEnvelope otlp_envelope(std::string_view document);

/// The request inside; nothing where it is not base64, or in no envelope.
std::optional<std::string> otlp_request_in(std::string_view document);

}  // namespace tomograph
