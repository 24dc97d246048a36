#pragma once

#include <map>
#include <optional>
#include <string>

#include "store/metric_store.h"

namespace tomograph::testing {

/// Remembers what was appended; refuses when told.
struct RememberingStore final : MetricStore {
    void append(const MetricBatch& batch, std::function<void(Result<void>)> done) override {
        if (refusal) return done(Error(*refusal));
        for (const MetricSeries& series : batch.series) {
            MetricSeries& its = all[to_text(series.labels)];
            its.points.insert(its.points.end(), series.points.begin(), series.points.end());
            its.exemplars.insert(its.exemplars.end(), series.exemplars.begin(),
                                 series.exemplars.end());
        }
        for (const MetricFamily& family : batch.families) known[family.name] = family;
        done({});
    }
    Result<std::vector<MetricSeries>> read(const MetricSelection&) override {
        return std::vector<MetricSeries>();
    }
    Result<std::vector<MetricFamily>> families() override { return std::vector<MetricFamily>(); }
    MetricStoreStatus status() override {
        MetricStoreStatus status;
        status.ready = is_ready;
        return status;
    }

    std::map<std::string, MetricSeries> all;
    std::map<std::string, MetricFamily> known;
    std::optional<Error> refusal;
    bool is_ready = true;
};

}  // namespace tomograph::testing
