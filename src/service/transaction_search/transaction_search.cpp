#include "service/transaction_search/transaction_search.h"

#include <fmt/format.h>

#include <charconv>

#include "service/settings.h"

namespace tomograph {
namespace {

constexpr std::string_view destination_setting = "segments.destination";
constexpr std::string_view percentage_setting = "indexing.percentage";
constexpr std::string_view xray = "XRay";
constexpr std::string_view cloudwatch_logs = "CloudWatchLogs";

}  // namespace

Result<std::unique_ptr<TransactionSearch>> TransactionSearch::open(Catalog& catalog,
                                                                   bool narrows_listings) {
    std::unique_ptr<TransactionSearch> opened(new TransactionSearch(catalog, narrows_listings));
    *opened->state_.lock() = state_of(TRY(read_settings(catalog)));
    return opened;
}

TransactionSearch::State TransactionSearch::state_of(const SettingRecords& settings) {
    State state;
    if (setting_of(settings, destination_setting) == cloudwatch_logs)
        state.destination = SegmentDestination::cloudwatch_logs;
    const auto percentage = settings.find(percentage_setting);
    if (percentage != settings.end()) {
        const std::string& text = percentage->second.value;
        std::from_chars(text.data(), text.data() + text.size(), state.percentage);
        state.modified = percentage->second.changed;
    }
    return state;
}

SegmentDestination TransactionSearch::destination() const { return state_.lock()->destination; }

Result<void> TransactionSearch::set_destination(const ChangeOrigin& origin,
                                                SegmentDestination destination) {
    const auto name = destination == SegmentDestination::xray ? xray : cloudwatch_logs;
    if (destination == this->destination())
        return Error(ErrorCode::invalid, fmt::format("The destination is already set to {}", name));
    return change(origin, destination_setting, name);
}

IndexingRule TransactionSearch::indexing_rule() const { return rule_of(*state_.lock()); }

Result<IndexingRule> TransactionSearch::set_indexing_rule(const ChangeOrigin& origin,
                                                          std::string_view name,
                                                          double percentage) {
    if (name != indexing_rule_name)
        return Error(ErrorCode::not_found,
                     fmt::format("there is one indexing rule, {}", indexing_rule_name));
    if (!(percentage >= 0 && percentage <= 100))
        return Error(ErrorCode::invalid, "DesiredSamplingPercentage must be 0 to 100");
    TRY(change(origin, percentage_setting, fmt::format("{}", percentage)));
    return indexing_rule();
}

double TransactionSearch::listed_share() const { return indexing_rule().actual_percentage / 100; }

IndexingRule TransactionSearch::rule_of(const State& state) const {
    const bool is_narrowed =
        narrows_listings_ && state.destination == SegmentDestination::cloudwatch_logs;
    return {.desired_percentage = state.percentage,
            .actual_percentage = is_narrowed ? state.percentage : 100,
            .modified = state.modified};
}

Result<void> TransactionSearch::change(const ChangeOrigin& origin, std::string_view name,
                                       std::string_view value) {
    const std::lock_guard lock(changing_);
    State next;
    const auto set = [&](CatalogChange& change) -> Result<void> {
        TRY(change.settings().set(name, value));
        next = state_of(TRY(change.settings().all()));
        return {};
    };
    TRY(catalog_.change(origin, set));
    *state_.lock() = next;
    return {};
}

}  // namespace tomograph
