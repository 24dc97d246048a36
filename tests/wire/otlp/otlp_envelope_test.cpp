#include "wire/otlp/otlp_envelope.h"

#include <doctest/doctest.h>

using namespace tomograph;

TEST_CASE("an envelope says what it holds, and gives the request") {
    CHECK(otlp_envelope("T1SCgA=") == OtlpEnvelope::sampled_spans);
    CHECK(otlp_envelope("T1UCgA=") == OtlpEnvelope::unsampled_spans);
    CHECK(otlp_envelope("M1CgA=") == OtlpEnvelope::metrics);
    for (const char* document : {"T1SCgA=", "T1UCgA=", "M1CgA=", "M1CgA=\r\n"})
        CHECK(otlp_request_in(document) == std::string("\n\0", 2));
}

TEST_CASE("what is no envelope holds nothing") {
    for (const char* document : {"", "T", "T1", "T1X", "M", R"({"id":"M1"})", " M1CgA="}) {
        CHECK(otlp_envelope(document) == OtlpEnvelope::none);
        CHECK(!otlp_request_in(document));
    }
    CHECK(!otlp_request_in("M1CgA!"));
}
