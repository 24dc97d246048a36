#include "store/part/cache.h"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>

#include "base/fault_file_system.h"
#include "store/part/fixture.h"

namespace tomograph {
namespace {

using namespace testing;

std::shared_ptr<const std::string> block(const char* text) {
    return std::make_shared<const std::string>(text);
}

TEST_CASE("the least recently used block goes first, and the bytes stay within the bound") {
    PartCache cache(100);
    cache.put({1, 1, 1}, block("a"), 40);
    cache.put({1, 1, 2}, block("b"), 40);
    REQUIRE(cache.get<std::string>({1, 1, 1}) != nullptr);
    cache.put({1, 1, 3}, block("c"), 40);
    CHECK(cache.get<std::string>({1, 1, 2}) == nullptr);
    CHECK(*cache.get<std::string>({1, 1, 1}) == "a");
    CHECK(*cache.get<std::string>({1, 1, 3}) == "c");
    CHECK(cache.bytes() == 80);
    cache.put({1, 1, 3}, block("d"), 10);
    CHECK(*cache.get<std::string>({1, 1, 3}) == "d");
    CHECK(cache.bytes() == 50);
    cache.put({1, 1, 4}, block("too large"), 101);
    CHECK(cache.get<std::string>({1, 1, 4}) == nullptr);
    CHECK(cache.bytes() == 50);
}

TEST_CASE("a reader that goes away takes its blocks along, and only those") {
    FaultFileSystem files;
    TraceMaker maker(1);
    write_part(files, "/p", make_traces(maker, 5, 2));
    const auto cache = std::make_shared<PartCache>(1 << 20);
    auto first = PartReader::open(files, "/p", cache);
    auto second = PartReader::open(files, "/p", cache);
    REQUIRE((*first)->documents(0));
    const std::size_t one = cache->bytes();
    CHECK(one > 0);
    REQUIRE((*second)->documents(0));
    CHECK(cache->bytes() == 2 * one);
    first->reset();
    CHECK(cache->bytes() == one);
    second->reset();
    CHECK(cache->bytes() == 0);
}

TEST_CASE("many threads read one part through a cache that is too small") {
    FaultFileSystem files;
    TraceMaker maker(2);
    const std::vector<PartTrace> traces = make_traces(maker, 1500, 2);
    write_part(files, "/p", traces);
    const auto part = PartReader::open(files, "/p", std::make_shared<PartCache>(300'000));
    REQUIRE(part);
    std::atomic<int> wrong{0};
    const auto read = [&](std::uint32_t first) {
        for (std::uint32_t ordinal = first; ordinal < traces.size(); ordinal += 37) {
            const auto documents = (*part)->documents(ordinal);
            const auto found = (*part)->find(traces[ordinal].row.id);
            Arena texts;
            const auto spans = (*part)->spans(ordinal, texts);
            const bool is_right = documents && found && spans && found->size() == 1 &&
                                  (*found)[0] == ordinal &&
                                  documents->size() == traces[ordinal].documents.size() &&
                                  spans->size() == traces[ordinal].spans.size();
            if (!is_right) ++wrong;
        }
    };
    std::vector<std::thread> threads;
    for (std::uint32_t i = 0; i < 4; ++i) threads.emplace_back(read, i);
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
}

}  // namespace
}  // namespace tomograph
