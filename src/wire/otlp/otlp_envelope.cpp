#include "wire/otlp/otlp_envelope.h"

#include <array>

#include "base/base64.h"

namespace tomograph {
namespace {

struct Mark {
    std::string_view text;
    OtlpEnvelope envelope;
};
constexpr std::array<Mark, 3> marks = {Mark{"T1S", OtlpEnvelope::sampled_spans},
                                       Mark{"T1U", OtlpEnvelope::unsampled_spans},
                                       Mark{"M1", OtlpEnvelope::metrics}};

const Mark* mark_of(std::string_view document) {
    for (const Mark& mark : marks)
        if (document.starts_with(mark.text)) return &mark;
    return nullptr;
}

}  // namespace

OtlpEnvelope otlp_envelope(std::string_view document) {
    const Mark* mark = mark_of(document);
    return mark == nullptr ? OtlpEnvelope::none : mark->envelope;
}

std::optional<std::string> otlp_request_in(std::string_view document) {
    const Mark* mark = mark_of(document);
    if (mark == nullptr) return std::nullopt;
    document.remove_prefix(mark->text.size());
    while (document.ends_with('\n') || document.ends_with('\r')) document.remove_suffix(1);
    return base64_decode(document);
}

}  // namespace tomograph
