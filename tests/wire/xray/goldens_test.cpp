#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "wire/xray/segment_dump.h"

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

// tests/wire/xray/<case>/{in.json,out.txt}: a document as a client sends it, and what we read in
// it. TOMOGRAPH_GOLDENS=write rewrites the out.txt; read the difference before you commit it.
TEST_CASE("documents of the real SDKs decode as the goldens say") {
    const char* mode = std::getenv("TOMOGRAPH_GOLDENS");
    const bool is_writing = mode != nullptr && std::string_view(mode) == "write";
    SegmentDecoder decoder;
    std::size_t cases = 0;
    for (const auto& entry : fs::directory_iterator(GOLDENS_FOLDER)) {
        if (!fs::exists(entry.path() / "in.json")) continue;
        CAPTURE(entry.path().filename().string());
        const std::string text = dump(decoder.decode(read(entry.path() / "in.json"), {}));
        if (is_writing) std::ofstream(entry.path() / "out.txt", std::ios::binary) << text;
        CHECK(text == read(entry.path() / "out.txt"));
        ++cases;
    }
    CHECK(cases >= 20);
}

}  // namespace tomograph
