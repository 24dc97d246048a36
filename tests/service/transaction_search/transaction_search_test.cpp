#include "service/transaction_search/transaction_search.h"

#include <doctest/doctest.h>

#include "catalog/sqlite_catalog.h"

using namespace tomograph;

namespace {

const ChangeOrigin somebody{.who = "anonymous", .address = "", .operation = "UpdateIndexingRule"};

}  // namespace

TEST_CASE(
    "the switches of Transaction Search stay, and narrow listings only where that is wanted") {
    ManualClock clock{Instant::from_seconds(1'795'000'000)};
    const auto catalog = open_sqlite_catalog(":memory:", clock).value();
    {
        const auto search = TransactionSearch::open(*catalog, false).value();
        CHECK(search->destination() == SegmentDestination::xray);
        CHECK(search->indexing_rule().desired_percentage == 100);
        CHECK(search->indexing_rule().modified == Instant{});
        const auto rule = search->set_indexing_rule(somebody, "Default", 12.5);
        REQUIRE(rule);
        CHECK(rule->desired_percentage == 12.5);
        CHECK(rule->modified == clock.now());
        REQUIRE(search->set_destination(somebody, SegmentDestination::cloudwatch_logs));
        CHECK(search->listed_share() == 1);
        CHECK(search->indexing_rule().actual_percentage == 100);
    }
    const auto narrow = TransactionSearch::open(*catalog, true).value();
    CHECK(narrow->destination() == SegmentDestination::cloudwatch_logs);
    CHECK(narrow->listed_share() == 0.125);
    CHECK(narrow->indexing_rule().actual_percentage == 12.5);
    REQUIRE(narrow->set_destination(somebody, SegmentDestination::xray));
    CHECK(narrow->set_destination(somebody, SegmentDestination::xray).error().message() ==
          "The destination is already set to XRay");
    CHECK(narrow->listed_share() == 1);
    CHECK(narrow->set_indexing_rule(somebody, "Default", 100.1).error().code() ==
          ErrorCode::invalid);
    CHECK(narrow->set_indexing_rule(somebody, "Other", 1).error().code() == ErrorCode::not_found);
}
