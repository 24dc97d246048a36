#include "store/store_fixture.h"
#include "store/store_image.h"

namespace tomograph {
namespace {

using namespace testing;

TEST_CASE("the scrub finds a damaged block that nobody has read, and tells it once") {
    StoreFixture fixture;
    fixture.must_open();
    fixture.must_append({{.trace = trace_number(1), .padding = 600}});
    fixture.settle();
    fixture.must_append({{.trace = trace_number(2)}});
    fixture.settle();
    fixture.advance(Duration::minutes(1));
    CHECK(fixture.metric("tomograph_store_scrubbed_parts_total") >= 1);
    CHECK(fixture.metric("tomograph_store_scrub_damaged_parts_total") == 0);

    for (const auto& [name, bytes] : read_image(fixture.files, "/data"))
        if (name.ends_with(".part"))
            REQUIRE(fixture.files.flip("/data/" + name, 100, 1));  // in the first block
    for (int i = 0; i < 6; ++i) fixture.advance(Duration::minutes(1));
    CHECK(fixture.metric("tomograph_store_scrub_damaged_parts_total") == 2);
    CHECK(fixture.metric("tomograph_store_damaged_parts") == 2);
    CHECK(fixture.store->status().damaged_parts == 2);
}

}  // namespace
}  // namespace tomograph
