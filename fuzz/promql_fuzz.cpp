#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "query/promql/evaluator.h"
#include "query/promql/parser.h"

using namespace tomograph;
using namespace tomograph::promql;

namespace {

/// A few series whatever is asked for.
struct FewSeries final : SeriesSource {
    Result<void> select(const SeriesQuery& query, ReadBudget& budget,
                        std::vector<Series>& out) const override {
        for (const char* job : {"a", "b"}) {
            Series series{LabelSet({{"__name__", "x"}, {"job", job}, {"le", job}}), {}};
            if (!matches_name(query.matchers, "x")) continue;
            for (std::int64_t at = 0; at < 20; ++at)
                series.samples.push_back({at * 30'000, static_cast<double>(at * 7 % 5)});
            TRY(budget.take_samples(series.samples.size()));
            out.push_back(std::move(series));
        }
        return {};
    }
    Result<void> label_sets(const SeriesQuery&, ReadBudget&, std::set<LabelSet>&) const override {
        return {};
    }
    Result<void> families(std::vector<MetricFamily>&) const override { return {}; }
};

}  // namespace

/// What is read prints as what reads the same, and can be evaluated; what is not, says where.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto expression =
        parse_expression(std::string_view(reinterpret_cast<const char*>(data), size));
    if (!expression) {
        ASSERT(expression.error().message().starts_with("column "));
        return 0;
    }
    const std::string printed = to_text(**expression);
    if (printed.size() <= size * 2) {  // what grew may have grown past the bounds
        const auto again = parse_expression(printed);
        ASSERT(again);
        ASSERT(to_text(**again) == printed);
    }
    ReadBudget budget({}, {});
    const auto value = evaluate(**expression, {.start_ms = 300'000, .step_ms = 60'000, .count = 3},
                                FewSeries(), budget);
    if (value)
        for (const VectorSeries& series : value->vector) ASSERT(series.values.size() == 3);
    return 0;
}
