#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "catalog/catalog.h"

namespace tomograph {

enum class SegmentDestination { xray, cloudwatch_logs };

/// How many of the traces become summaries.
struct IndexingRule {
    double desired_percentage = 100;
    double actual_percentage = 100;
    Instant modified{};  ///< 1970 where nobody changed it
};

inline constexpr std::string_view indexing_rule_name = "Default";

/// The switches of Transaction Search (xray-api.md §3.8). Both destinations are this one store, so
/// a switch takes effect at once, and every span is kept either way. What the rule asks for is kept
/// and answered; it narrows listings of summaries only where the operator wants that.
///
/// Threads: any; changes block on the disk. errors of all: invalid (a member breaks a rule),
/// not_found (no rule of that name), and those of Catalog
class TransactionSearch {
 public:
    /// catalog             outlives it
    /// narrows_listings    the rule's percentage holds for GetTraceSummaries
    static Result<std::unique_ptr<TransactionSearch>> open(Catalog& catalog, bool narrows_listings);

    SegmentDestination destination() const;
    /// errors  invalid  "The destination is already set to XRay", which Terraform takes for success
    Result<void> set_destination(const ChangeOrigin& origin, SegmentDestination destination);

    IndexingRule indexing_rule() const;
    /// percentage  0 to 100
    Result<IndexingRule> set_indexing_rule(const ChangeOrigin& origin, std::string_view name,
                                           double percentage);

    /// 0 to 1: the share of traces that a listing of summaries may show.
    double listed_share() const;

 private:
    TransactionSearch(Catalog& catalog, bool narrows_listings)
        : catalog_(catalog), narrows_listings_(narrows_listings) {}

    struct State {
        SegmentDestination destination = SegmentDestination::xray;
        double percentage = 100;
        Instant modified{};
    };
    Result<void> change(const ChangeOrigin& origin, std::string_view name, std::string_view value);
    static State state_of(const SettingRecords& settings);
    IndexingRule rule_of(const State& state) const;

    Catalog& catalog_;
    const bool narrows_listings_;
    std::mutex changing_;  ///< the state follows the catalog in the order of its changes
    mutable Guarded<State> state_;
};

}  // namespace tomograph
