#include "base/arena.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace tomograph {

TEST_CASE("copies stay where they are while the arena grows and moves") {
    Arena arena;
    std::vector<std::pair<std::string, std::string_view>> copies;
    for (std::size_t i = 0; i < 300; ++i) {
        const std::string text(i * 7 % 2000, static_cast<char>('a' + i % 26));
        copies.emplace_back(text, arena.copy(text));
    }
    Arena moved = std::move(arena);
    arena = Arena();
    arena.copy("written elsewhere");
    CHECK(moved.bytes() > 0);
    for (const auto& [text, copy] : copies) REQUIRE(copy == text);
}

TEST_CASE("an empty text costs nothing") {
    Arena arena;
    CHECK(arena.copy("").empty());
    CHECK(arena.bytes() == 0);
}

}  // namespace tomograph
