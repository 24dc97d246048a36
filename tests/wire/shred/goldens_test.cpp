#include <doctest/doctest.h>

#include <filesystem>
#include <set>

#include "support/goldens.h"
#include "wire/shred/round_trip.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph {
namespace {

namespace fs = std::filesystem;

/// A key twice, `subsegments` that is an object, elements of it that are none.
const std::set<std::string> refused = {"duplicate_keys", "spellings", "dropped_subsegments"};

}  // namespace

// The documents of tests/wire/xray, as clients send them.
TEST_CASE("documents of the real SDKs are taken apart, and put together byte for byte") {
    Shredder shredder;
    SegmentDecoder decoder;
    std::size_t cases = 0;
    for (const int pass : {1, 2}) {
        for (const auto& entry : fs::directory_iterator(fs::path(GOLDENS_FOLDER) / "../xray")) {
            if (!fs::exists(entry.path() / "in.json")) continue;
            CAPTURE(entry.path().filename().string());
            CAPTURE(pass);
            const std::string document = read_golden(entry.path() / "in.json");
            const auto decoded = decoder.decode(document, {});
            const auto* segment = std::get_if<Segment>(&decoded);
            if (segment == nullptr) continue;
            ++cases;

            Shredded shredded;
            const bool is_shredded = shredder.shred(document, shredded.rows, shredded.values);
            CHECK(is_shredded == !refused.contains(entry.path().filename().string()));
            if (!is_shredded) continue;
            CHECK(rebuilt(shredder, shredded) == document);

            if (segment->subsegments_dropped != 0) continue;
            REQUIRE(shredded.rows.size() == segment->spans.size());
            for (std::size_t i = 0; i < shredded.rows.size(); ++i) {
                shredded.each_value(shredder, i,
                                    [&](std::uint32_t, SlotKind kind, const ShreddedValue& value) {
                                        if (kind != SlotKind::span_id) return;
                                        CHECK(static_cast<std::uint64_t>(value.mantissa) ==
                                              segment->spans[i].id.value);
                                    });
            }
        }
    }
    CHECK(cases >= 40);
}

}  // namespace tomograph
