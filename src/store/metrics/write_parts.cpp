#include "store/metrics/write_parts.h"

#include <algorithm>
#include <map>

#include "store/metrics/merge_series.h"
#include "store/metrics/part_writer.h"
#include "store/signal/signal_limits.h"

namespace tomograph {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t ns_per_ms = 1'000'000;
/// Parts that were merged are kept: they are worth a third more of the encoder's time.
constexpr column::EncodeOptions merged_options{.zstd_level = 3};

struct DayPart {
    std::vector<MetricSeries> series;
    std::map<std::string, MetricFamily> families;
    Lsn lsn_min;
    Lsn lsn_max;
    std::int64_t day = 0;
};

Result<PartFacts> write_day(PartBlockWriter& out, const DayPart& day) {
    MetricPartWriter writer(out);
    for (const MetricSeries& each : day.series) TRY(writer.add(each));
    PartFacts facts = TRY(writer.finish(day.families));
    facts.lsn_min = day.lsn_min;
    facts.lsn_max = day.lsn_max;
    // Retention goes by the day that the part stands under: no clock of a client moves it.
    const std::int64_t first = day.day * (day_ms / 1000);
    const std::int64_t last = first + day_ms / 1000 - 1;
    facts.second_min = std::clamp(facts.second_min, first, last);
    facts.second_max = std::clamp(facts.second_max, first, last);
    return facts;
}

/// The day that a point is put under.
std::int64_t day_of(std::int64_t at_ms, Instant received) {
    const std::int64_t kept = std::clamp(at_ms, (received - signal_past_max).ns / ns_per_ms,
                                         (received + signal_future_max).ns / ns_per_ms);
    return kept >= 0 ? kept / day_ms : -((-kept + day_ms - 1) / day_ms);
}

Result<PartFacts> write_merged(PartBlockWriter& out,
                               const std::vector<std::shared_ptr<SignalPart>>& parts) {
    struct Input {
        std::shared_ptr<SignalPart> part;
        MetricPartCursor cursor;
        std::optional<MetricSeries> series;
    };
    const auto read = [](Input& input) -> Result<void> {
        auto next = input.cursor.next();
        if (!next) {
            if (next.error().code() == ErrorCode::corrupt) input.part->report_damage(next.error());
            return std::move(next).error();
        }
        input.series = *std::move(next);
        return {};
    };
    std::vector<Input> inputs;
    std::map<std::string, MetricFamily> families;
    PartFacts kept = parts.front()->facts();
    for (const auto& part : parts) {
        const auto& reader = static_cast<const MetricPartContent&>(part->content()).reader;
        TRY(reader.families(families));
        inputs.push_back({part, MetricPartCursor(reader), std::nullopt});
        TRY(read(inputs.back()));
        const PartFacts& facts = part->facts();
        kept.second_min = std::min(kept.second_min, facts.second_min);
        kept.second_max = std::max(kept.second_max, facts.second_max);
        kept.lsn_min.value = std::min(kept.lsn_min.value, facts.lsn_min.value);
        kept.lsn_max.value = std::max(kept.lsn_max.value, facts.lsn_max.value);
    }
    MetricPartWriter writer(out, merged_options);
    while (true) {
        const MetricSeries* least = nullptr;
        for (const Input& input : inputs)
            if (input.series && (least == nullptr || input.series->labels < least->labels))
                least = &*input.series;
        if (least == nullptr) break;
        const LabelSet labels = least->labels;
        std::vector<MetricSeries> same;
        for (Input& input : inputs) {
            if (!input.series || input.series->labels != labels) continue;
            same.push_back(*std::move(input.series));
            TRY(read(input));
        }
        settle_series(same);
        TRY(writer.add(same.front()));
    }
    PartFacts facts = TRY(writer.finish(families));
    facts.second_min = kept.second_min;
    facts.second_max = kept.second_max;
    facts.lsn_min = kept.lsn_min;
    facts.lsn_max = kept.lsn_max;
    return facts;
}

}  // namespace

std::vector<SignalPartPlan> parts_of_tables(const OpenMetricTables& tables) {
    std::map<std::int64_t, std::shared_ptr<DayPart>> days;
    const auto part_of = [&](std::int64_t day) -> DayPart& {
        auto& part = days[day];
        if (!part) {
            part = std::make_shared<DayPart>();
            part->day = day;
        }
        return *part;
    };
    for (const auto& table : tables) {
        for (const auto& [labels, series] : table->series) {
            std::map<std::int64_t, MetricSeries> by_day;
            for (const MetricPoint& point : series.points)
                by_day[day_of(point.at_ms, table->received_max)].points.push_back(point);
            for (const MetricExemplar& exemplar : series.exemplars) {
                const std::int64_t day = day_of(exemplar.at_ms, table->received_max);
                // An exemplar alone makes no part.
                const auto its = by_day.contains(day) ? by_day.find(day) : by_day.begin();
                if (its != by_day.end()) its->second.exemplars.push_back(exemplar);
            }
            for (auto& [day, its] : by_day) {
                its.labels = labels;
                part_of(day).series.push_back(std::move(its));
            }
        }
    }
    // A record of nothing but names of metrics still has to be in some part.
    if (days.empty() && !tables.empty()) part_of(day_of(0, tables.back()->received_max));
    std::vector<SignalPartPlan> plans;
    for (auto& [day, part] : days) {
        settle_series(part->series);
        for (const auto& table : tables)
            for (const auto& [name, family] : table->families)
                part->families.insert_or_assign(name, family);
        part->lsn_min = tables.front()->lsn_min;
        part->lsn_max = tables.back()->lsn_max;
        plans.push_back({.second = day * (day_ms / 1000),
                         .write = [its = std::shared_ptr<const DayPart>(part)](
                                      PartBlockWriter& out) { return write_day(out, *its); }});
    }
    return plans;
}

SignalPartPlan part_of_metric_parts(std::vector<std::shared_ptr<SignalPart>> parts) {
    const std::int64_t second = parts.front()->facts().second_min;
    return {.second = second, .write = [its = std::move(parts)](PartBlockWriter& out) {
                return write_merged(out, its);
            }};
}

}  // namespace tomograph
