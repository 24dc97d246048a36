#include "demo/runner.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "demo/backfill.h"
#include "demo/limits.h"

using namespace tomograph;

namespace {

constexpr Instant noon = Instant::from_seconds(1'790'000'000);

}  // namespace

TEST_CASE("live traffic keeps its rate and ends when its time is up") {
    ManualClock clock(noon);
    std::vector<std::string> documents;
    const demo::Sent sent = demo::run_live(
        {.clock = clock,
         .traces_per_second = 20,
         .length = Duration::seconds(30),
         .seed = 5,
         .report = {}},
        [&](std::string_view json) -> Result<void> {
            documents.emplace_back(json);
            return {};
        },
        [&](Duration wait) {
            clock.advance(wait);
            return true;
        });
    CHECK(sent.traces > 500);
    CHECK(sent.traces < 700);
    CHECK(sent.documents == documents.size());
    CHECK(sent.lost == 0);
}

TEST_CASE("live traffic told to stop sends the rest of its open traces") {
    ManualClock clock(noon);
    int waits = 0;
    std::uint64_t documents = 0;
    const demo::Sent sent = demo::run_live(
        {.clock = clock, .traces_per_second = 50, .length = std::nullopt, .seed = 5, .report = {}},
        [&](std::string_view) -> Result<void> {
            ++documents;
            return {};
        },
        [&](Duration wait) {
            clock.advance(wait);
            return ++waits < 100;
        });
    CHECK(documents == sent.documents);
    CHECK(sent.documents > sent.traces);
}

TEST_CASE("documents that no one takes are counted as lost") {
    ManualClock clock(noon);
    const demo::Sent sent = demo::run_live(
        {.clock = clock,
         .traces_per_second = 10,
         .length = Duration::seconds(2),
         .seed = 5,
         .report = {}},
        [](std::string_view) -> Result<void> {
            return Error(ErrorCode::unavailable, "no one listens");
        },
        [&](Duration wait) {
            clock.advance(wait);
            return true;
        });
    CHECK(sent.lost == sent.documents);
    CHECK(sent.lost > 0);
}

TEST_CASE("a backfill sends whole batches of traces that start in its range") {
    std::vector<std::size_t> batches;
    const auto sent = demo::backfill(
        {.range = {noon - Duration::hours(6), noon}, .traces = 100, .seed = 9, .keep_going = {}},
        [&](std::span<const std::string> batch) -> Result<void> {
            batches.push_back(batch.size());
            return {};
        });
    REQUIRE(sent);
    CHECK(sent->traces == 100);
    for (std::size_t i = 0; i + 1 < batches.size(); ++i) CHECK(batches[i] == demo::batch_documents);
    std::size_t total = 0;
    for (const std::size_t size : batches) total += size;
    CHECK(total == sent->documents);
}

TEST_CASE("a backfill ends with the sink's error, or when told to") {
    const demo::BackfillOptions options{.range = {noon - Duration::hours(1), noon},
                                        .traces = 50,
                                        .seed = 1,
                                        .keep_going = [](const demo::Sent&) { return false; }};
    const auto failed = demo::backfill(options, [](std::span<const std::string>) -> Result<void> {
        return Error(ErrorCode::io, "gone");
    });
    REQUIRE_FALSE(failed);
    CHECK(failed.error().message() == "gone");
    const auto stopped =
        demo::backfill(options, [](std::span<const std::string>) -> Result<void> { return {}; });
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().code() == ErrorCode::cancelled);
}
