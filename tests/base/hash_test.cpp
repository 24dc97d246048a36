#include "base/hash.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace tomograph {

TEST_CASE("hash64 is XXH3, for ever: it stands on disks") {
    CHECK(hash64("") == 0x2d06800538d394c2ULL);
    CHECK(hash64("abc") == 0x78af5f94892f3950ULL);
    CHECK(hash64("abc", 1) != hash64("abc"));
}

TEST_CASE("mix64 keeps neighbours apart") {
    std::set<std::uint64_t> low_bytes;
    for (std::uint64_t i = 0; i < 1000; ++i) low_bytes.insert(mix64(i) & 0xffff);
    CHECK(low_bytes.size() > 980);
}

}  // namespace tomograph
