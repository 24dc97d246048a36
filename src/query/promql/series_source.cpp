#include "query/promql/series_source.h"

#include <fmt/format.h>

#include <unordered_set>

#include "query/promql/limits.h"

namespace tomograph::promql {
Result<void> ReadBudget::take_series(std::size_t series) {
    series_ += series;
    if (series_ > series_max)
        return Error(ErrorCode::limit,
                     fmt::format("the query chooses more than {} series", series_max));
    return {};
}

Result<void> ReadBudget::take_samples(std::size_t samples) {
    samples_ += samples;
    if (samples_ > samples_max)
        return Error(ErrorCode::limit,
                     fmt::format("the query reads more than {} samples", samples_max));
    return work(samples);
}

Result<void> ReadBudget::work(std::size_t samples) {
    since_check_ += samples;
    if (since_check_ < samples_per_check) return {};
    since_check_ = 0;
    return check();
}

Result<void> ReadBudget::check() const {
    if (is_cancelled_ && is_cancelled_()) return Error(ErrorCode::cancelled, "the client has gone");
    if (is_late_ && is_late_()) return Error(ErrorCode::timeout, "the query took too long");
    return {};
}

Result<void> SeriesSources::select(const SeriesQuery& query, ReadBudget& budget,
                                   std::vector<Series>& out) const {
    std::unordered_set<LabelSet, LabelSetHash> known;
    for (const SeriesSource* source : sources_) {
        std::vector<Series> its;
        TRY(source->select(query, budget, its));
        for (Series& series : its) {
            if (sources_.size() > 1 && !known.insert(series.labels).second) continue;
            out.push_back(std::move(series));
        }
    }
    return {};
}

Result<void> SeriesSources::label_sets(const SeriesQuery& query, ReadBudget& budget,
                                       std::set<LabelSet>& out) const {
    for (const SeriesSource* source : sources_) TRY(source->label_sets(query, budget, out));
    return {};
}

Result<void> SeriesSources::families(std::vector<MetricFamily>& out) const {
    for (const SeriesSource* source : sources_) TRY(source->families(out));
    return {};
}

Result<void> SeriesSources::exemplars(const SeriesQuery& query, ReadBudget& budget,
                                      std::vector<MetricSeries>& out) const {
    for (const SeriesSource* source : sources_) TRY(source->exemplars(query, budget, out));
    return {};
}

}  // namespace tomograph::promql
