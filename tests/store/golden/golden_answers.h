#pragma once

#include <map>

#include "store/store_fixture.h"

namespace tomograph::testing {

/// All that a store answers about what the golden traffic put in, as text for people: traces byte
/// for byte, the order of searches, the cells of the service graph, telemetry.
class GoldenAnswers {
 public:
    explicit GoldenAnswers(EmbeddedStore& store) : store_(store) {}

    std::string text() {
        traces();
        order("event", TimeRangeType::event, minutes(1, 4));
        order("service", TimeRangeType::service, minutes(0, 2));
        order("trace_id", TimeRangeType::trace_id, minutes(-1'440, -1'438));
        graph();
        telemetry();
        return std::move(text_);
    }

 private:
    static TimeRange minutes(std::int64_t from, std::int64_t to) {
        return {Instant::from_seconds(test_second + 60 * from),
                Instant::from_seconds(test_second + 60 * to)};
    }
    static TimeRange all() {
        return {Instant::from_seconds(0), Instant::from_seconds(test_second + 1'000'000)};
    }

    std::vector<StoredTrace> find(TimeRangeType type, TimeRange range) {
        std::vector<StoredTrace> traces;
        TraceQuery query{.range = range, .type = type, .before = {}, .limit = 50, .sample = 1};
        while (true) {
            auto page = store_.find(query);
            REQUIRE(page);
            for (StoredTrace& trace : page->traces) traces.push_back(std::move(trace));
            if (!page->next) return traces;
            query.before = page->next;
        }
    }

    void traces() {
        text_ += "# every trace, newest first, with its documents\n";
        for (const StoredTrace& trace : find(TimeRangeType::event, all())) {
            const std::size_t number = numbers_.size();
            numbers_.emplace(trace.id, number);
            text_ += fmt::format("trace {} {}{}\n", number, to_xray_text(trace.id),
                                 trace.limit_exceeded ? " limit exceeded" : "");
            for (const StoredDocument& stored : trace.documents)
                text_ += fmt::format("  {}\n", stored.document.bytes);
            const auto got = store_.get(std::span(&trace.id, 1));
            REQUIRE(got);
            CHECK(texts_of(*got) == texts_of({trace}));
        }
    }

    void order(std::string_view name, TimeRangeType type, TimeRange range) {
        text_ += fmt::format("# {} from second {} to {}\nfound", name, range.start.second(),
                             range.end.second());
        for (const StoredTrace& trace : find(type, range))
            text_ += fmt::format(" {}", numbers_.at(trace.id));
        text_ += "\n";
    }

    static std::string text_of(const ServiceKey& key) {
        return fmt::format("{}|{}|{}", key.name, key.type, key.account_id);
    }
    static std::string text_of(const LatencyHistogram& histogram) {
        std::string text;
        for (const auto& [bucket, count] : histogram.buckets())
            text += fmt::format("{}{}:{}", text.empty() ? "" : ",", bucket, count);
        return text;
    }

    void graph() {
        text_ +=
            "# minute entry source target: presence roots inferred, ok error throttle fault, "
            "nanoseconds, response times, durations\n";
        const auto rollup = store_.graph(all());
        REQUIRE(rollup);
        for (const auto& [key, cell] : rollup->cells) {
            const RequestStatistics& s = cell.statistics;
            text_ += fmt::format("cell {} {} {} {}: {} {} {}, {} {} {} {}, {}, {}; {}\n",
                                 key.minute, static_cast<int>(key.entry), text_of(key.source),
                                 text_of(key.target), cell.presence, cell.roots, cell.inferred,
                                 s.ok, s.error, s.throttle, s.fault, s.response_time_ns,
                                 text_of(s.response_time), text_of(s.duration));
        }
    }

    void telemetry() {
        text_ += "# telemetry, newest first\n";
        const auto records = store_.recent_telemetry(100);
        REQUIRE(records);
        for (const std::string& record : *records) text_ += fmt::format("telemetry {}\n", record);
    }

    EmbeddedStore& store_;
    std::map<TraceId, std::size_t> numbers_;
    std::string text_;
};

}  // namespace tomograph::testing
