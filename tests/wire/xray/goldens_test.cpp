#include <doctest/doctest.h>

#include <filesystem>

#include "support/goldens.h"
#include "wire/xray/segment_dump.h"

namespace tomograph {

namespace fs = std::filesystem;

// tests/wire/xray/<case>/{in.json,out.txt}: a document as a client sends it, and what we read in
// it.
TEST_CASE("documents of the real SDKs decode as the goldens say") {
    SegmentDecoder decoder;
    std::size_t cases = 0;
    for (const auto& entry : fs::directory_iterator(GOLDENS_FOLDER)) {
        if (!fs::exists(entry.path() / "in.json")) continue;
        CAPTURE(entry.path().filename().string());
        check_golden(entry.path() / "out.txt",
                     dump(decoder.decode(read_golden(entry.path() / "in.json"), {})));
        ++cases;
    }
    CHECK(cases >= 20);
}

}  // namespace tomograph
