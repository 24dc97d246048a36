#include "store/metrics/open_metrics.h"

#include <algorithm>

#include "store/metrics/limits.h"

namespace tomograph {
namespace {

std::uint64_t bytes_of(const LabelSet& labels) {
    std::uint64_t bytes = metric_series_bytes;
    for (const auto& [name, value] : labels)
        bytes += sizeof(Label) + name.capacity() + value.capacity();
    return 2 * bytes;  // it is the key as well
}

Result<void> read_table(const OpenMetricTable& table, const MetricSelection& selection,
                        std::vector<MetricSeries>& out) {
    for (const auto& [labels, series] : table.series) {
        if (!selection.wants(labels)) continue;
        MetricSeries found;
        if (!select_points(selection, series, found)) continue;
        if (selection.take) TRY(selection.take(found.points.size()));
        found.labels = labels;
        out.push_back(std::move(found));
    }
    return {};
}

}  // namespace

bool select_points(const MetricSelection& selection, const MetricSeries& from, MetricSeries& out) {
    const auto is_inside = [&](const auto& at) {
        return at.at_ms >= selection.start_ms && at.at_ms <= selection.end_ms;
    };
    bool is_there = false;
    for (const MetricPoint& point : from.points) {
        if (!is_inside(point)) continue;
        is_there = true;
        if (!selection.with_points) break;
        out.points.push_back(point);
    }
    if (selection.with_exemplars)
        std::copy_if(from.exemplars.begin(), from.exemplars.end(),
                     std::back_inserter(out.exemplars), is_inside);
    return is_there || !out.exemplars.empty();
}

void OpenMetrics::add(Lsn lsn, Instant received, MetricBatch batch) {
    auto state = state_.lock();
    OpenMetricTable& table = *state->growing;
    const std::uint64_t bytes_before = table.bytes;
    const std::uint64_t points_before = table.points;
    for (MetricFamily& family : batch.families) {
        std::string name = family.name;
        table.families.insert_or_assign(std::move(name), std::move(family));
    }
    for (MetricSeries& series : batch.series) {
        const auto [place, is_new] = table.series.try_emplace(series.labels);
        if (is_new) table.bytes += bytes_of(series.labels);
        MetricSeries& into = place->second;
        table.bytes += series.points.size() * metric_point_bytes +
                       series.exemplars.size() * sizeof(MetricExemplar);
        table.points += series.points.size();
        into.points.insert(into.points.end(), series.points.begin(), series.points.end());
        for (const MetricExemplar& exemplar : series.exemplars)
            if (into.exemplars.size() < metric_exemplars_max) into.exemplars.push_back(exemplar);
    }
    if (table.lsn_min.value == 0) table.lsn_min = lsn;
    table.lsn_max = lsn;
    table.received_max = std::max(table.received_max, received);
    bytes_ += table.bytes - bytes_before;
    points_ += table.points - points_before;
}

OpenMetricTables OpenMetrics::take() {
    auto state = state_.lock();
    if (!state->growing->is_empty()) {
        state->taken.push_back(std::move(state->growing));
        state->growing = std::make_shared<OpenMetricTable>();
    }
    return state->taken;
}

void OpenMetrics::drop(Lsn through) {
    auto state = state_.lock();
    std::erase_if(state->taken, [&](const std::shared_ptr<const OpenMetricTable>& table) {
        if (table->lsn_max.value > through.value) return false;
        bytes_ -= table->bytes;
        points_ -= table->points;
        return true;
    });
}

Result<void> OpenMetrics::read(const MetricSelection& selection, std::vector<MetricSeries>& out) {
    OpenMetricTables taken;
    {
        // The growing table is read last, so that its points come last; it needs the lock.
        auto state = state_.lock();
        taken = state->taken;
        std::vector<MetricSeries> newest;
        TRY(read_table(*state->growing, selection, newest));
        for (MetricSeries& series : newest) out.push_back(std::move(series));
    }
    std::vector<MetricSeries> older;
    for (const auto& table : taken) TRY(read_table(*table, selection, older));
    out.insert(out.begin(), std::make_move_iterator(older.begin()),
               std::make_move_iterator(older.end()));
    return {};
}

void OpenMetrics::families(std::map<std::string, MetricFamily>& out) {
    auto state = state_.lock();
    for (const auto& table : state->taken)
        for (const auto& [name, family] : table->families) out.insert_or_assign(name, family);
    for (const auto& [name, family] : state->growing->families) out.insert_or_assign(name, family);
}

std::uint64_t OpenMetrics::series() {
    auto state = state_.lock();
    std::uint64_t count = state->growing->series.size();
    for (const auto& table : state->taken) count += table->series.size();
    return count;
}

}  // namespace tomograph
