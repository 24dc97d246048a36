#include <doctest/doctest.h>

#include <filesystem>

#include "api/tools/jaeger_json.h"
#include "support/goldens.h"
#include "support/otlp_round_trip.h"

namespace tomograph {

namespace fs = std::filesystem;

TEST_CASE("a trace with every field in Jaeger's model is what the golden says") {
    const fs::path folder = GOLDENS_FOLDER;
    const auto request = trace_request_of_json(
        read_golden(folder / ".." / ".." / "wire" / "otlp" / "every_field.otlp.json"));
    REQUIRE(request);
    OtlpRoundTrip trip;
    REQUIRE(read_trace_request(*request, trip));
    std::string text;
    append_jaeger_trace(trip.all, true, text);
    text += '\n';
    check_golden(folder / "every_field.jaeger.json", text);
}

}  // namespace tomograph
