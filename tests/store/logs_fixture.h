#pragma once

#include <fmt/format.h>

#include "store/keys_fixture.h"
#include "store/logs/embedded_log_store.h"
#include "store/store_fixture.h"

namespace tomograph::testing {

/// A line of a test; times in milliseconds after test_second.
struct LineSpec {
    std::int64_t time_ms = 0;
    std::string body;
    std::string service = "api";
    std::uint8_t severity = severity_info;
    TraceId trace{};
    std::vector<LogAttribute> attributes{};
};

inline LogBatch batch_of(const std::vector<LineSpec>& specs) {
    LogBatch batch;
    for (const LineSpec& spec : specs) {
        LogRecord record;
        record.stream = static_cast<std::uint32_t>(batch.streams.size());
        for (std::uint32_t i = 0; i < batch.streams.size(); ++i)
            if (batch.streams[i].service == spec.service) record.stream = i;
        if (record.stream == batch.streams.size())
            batch.streams.push_back(
                {.service = spec.service,
                 .resource =
                     fmt::format(R"({{"service.name":"{}","host":"h1","n":7}})", spec.service),
                 .scope = ""});
        record.time = Instant{test_second * 1'000'000'000 + spec.time_ms * 1'000'000};
        record.severity = spec.severity;
        record.body = spec.body;
        record.trace_id = spec.trace;
        record.attributes = spec.attributes;
        batch.records.push_back(std::move(record));
    }
    return batch;
}

/// A store with logs, on a file system in memory, driven by hand.
struct LogsFixture : StoreFixture {
    explicit LogsFixture(std::uint64_t seed = 0, EmbeddedStoreOptions its = small_options())
        : StoreFixture(seed, std::move(its)) {
        log_options.wal_segment_bytes = 64 << 10;
        log_options.wal_first_segment_bytes = 16 << 10;
        log_options.merge_fan_in = 3;
    }
    ~LogsFixture() { store.reset(); }

    Result<void> open_all() {
        store.reset();
        logs.reset();
        log_registry = std::make_unique<MetricsRegistry>();
        logs = std::make_unique<EmbeddedLogStore>(clock, *log_registry, log_options);
        options.signals = {&logs->signal()};
        return open();
    }
    void must_open_all() {
        const auto opened = open_all();
        REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message()));
    }
    void crash(bool power) {
        files.crash_at_call(1);
        store.reset();
        if (power)
            files.power_cut();
        else
            files.process_kill();
    }
    Result<void> append_lines(const std::vector<LineSpec>& specs) {
        std::optional<Result<void>> answer;
        logs->append(batch_of(specs), [&](const Result<void>& done) { answer.emplace(done); });
        REQUIRE(answer);
        return *answer;
    }
    void must_append_lines(const std::vector<LineSpec>& specs) {
        const auto done = append_lines(specs);
        REQUIRE_MESSAGE(done, (done ? "" : done.error().message()));
    }
    void flush() {
        clock.advance(log_options.flush_age);
        logs->signal().tick();
    }
    static LogQuery all() {
        return {.range = {Instant::from_seconds(test_second - 1'000'000),
                          Instant::from_seconds(test_second + 1'000'000)}};
    }
    /// Bodies of a page, newest first.
    std::vector<std::string> bodies(const LogQuery& query) {
        const auto page = logs->find(query);
        REQUIRE_MESSAGE(page, (page ? "" : page.error().message()));
        std::vector<std::string> found;
        for (const FoundLog& line : page->lines) found.push_back(line.record.body);
        return found;
    }

    SignalOptions log_options;
    std::unique_ptr<MetricsRegistry> log_registry;
    std::unique_ptr<EmbeddedLogStore> logs;
};

}  // namespace tomograph::testing
