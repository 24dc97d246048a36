#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "api/tools/jaeger_json.h"
#include "support/otlp_round_trip.h"

namespace tomograph {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

// TOMOGRAPH_GOLDENS=write rewrites it; read the difference before you commit it.
TEST_CASE("a trace with every field in Jaeger's model is what the golden says") {
    const fs::path folder = GOLDENS_FOLDER;
    const auto request = trace_request_of_json(
        read(folder / ".." / ".." / "wire" / "otlp" / "every_field.otlp.json"));
    REQUIRE(request);
    OtlpRoundTrip trip;
    REQUIRE(read_trace_request(*request, trip));
    std::string text;
    append_jaeger_trace(trip.all, true, text);
    text += '\n';
    const char* mode = std::getenv("TOMOGRAPH_GOLDENS");
    const fs::path golden = folder / "every_field.jaeger.json";
    if (mode != nullptr && std::string_view(mode) == "write")
        std::ofstream(golden, std::ios::binary) << text;
    CHECK(text == read(golden));
}

}  // namespace tomograph
