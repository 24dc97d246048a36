#pragma once

#include <string>
#include <vector>

#include "query/promql/series_source.h"

namespace tomograph::promql {

/// Series in memory, all of them whatever the range is: the evaluator must not care.
struct MemorySeries final : SeriesSource {
    std::vector<Series> all;

    Result<void> select(const SeriesQuery& query, ReadBudget& budget,
                        std::vector<Series>& out) const override {
        for (const Series& series : all) {
            if (!matches(query.matchers, series.labels)) continue;
            TRY(budget.take_series(1));
            TRY(budget.take_samples(series.samples.size()));
            out.push_back(series);
        }
        return {};
    }
    Result<void> label_sets(const SeriesQuery& query, ReadBudget&,
                            std::set<LabelSet>& out) const override {
        for (const Series& series : all)
            if (matches(query.matchers, series.labels)) out.insert(series.labels);
        return {};
    }
    Result<void> families(std::vector<MetricFamily>&) const override { return {}; }
};

inline ReadBudget no_limit() { return {{}, {}}; }

}  // namespace tomograph::promql
