#include "api/log_intake.h"

#include <array>
#include <utility>
#include <vector>

#include "store/logs/limits.h"
#include "wire/otlp/logs_request.h"

namespace tomograph {
namespace {

constexpr std::array<const char*, log_source_count> source_names{"otlp_http", "otlp_grpc",
                                                                 "fluent"};

}  // namespace

struct LogIntake::Metrics {
    struct OfSource {
        OfSource(MetricsRegistry& r, const char* source)
            : lines(r.counter("tomograph_api_log_lines_total", "Log lines kept",
                              {{"source", source}})),
              bytes(r.counter("tomograph_api_log_bytes_total",
                              "Bytes of requests with log lines that were kept",
                              {{"source", source}})),
              invalid(lines_refused(r, source, "invalid")),
              dropped(lines_refused(r, source, "store")),
              requests_invalid(requests_refused(r, source, "invalid")),
              requests_dropped(requests_refused(r, source, "store")) {}

        static Counter& lines_refused(MetricsRegistry& r, const char* source, const char* cause) {
            return r.counter("tomograph_api_log_lines_refused_total",
                             "Log lines that were not kept, by cause",
                             {{"source", source}, {"cause", cause}});
        }
        static Counter& requests_refused(MetricsRegistry& r, const char* source,
                                         const char* cause) {
            return r.counter("tomograph_api_log_requests_refused_total",
                             "Requests with log lines of which none was kept, by cause",
                             {{"source", source}, {"cause", cause}});
        }

        Counter& lines;
        Counter& bytes;
        Counter& invalid;
        Counter& dropped;
        Counter& requests_invalid;
        Counter& requests_dropped;
    };

    explicit Metrics(MetricsRegistry& registry) {
        for (const char* source : source_names) sources.emplace_back(registry, source);
    }
    OfSource& of(LogSource source) { return sources[static_cast<std::size_t>(source)]; }

    std::vector<OfSource> sources;
};

LogIntake::LogIntake(LogStore& store, const Clock& clock, MetricsRegistry& metrics)
    : store_(store), clock_(clock), metrics_(std::make_shared<Metrics>(metrics)) {}

LogIntake::~LogIntake() = default;

void LogIntake::count_invalid(LogSource source) { metrics_->of(source).requests_invalid.add(); }

void LogIntake::put_otlp(std::string_view request, LogSource source, LogDone done) {
    const LogBounds bounds{.received = clock_.now(),
                           .line_bytes_max = log_line_bytes_max,
                           .attributes_max = log_attributes_max,
                           .bytes_max = log_batch_bytes_max};
    auto read = read_logs_request(request, bounds);
    if (!read) {
        count_invalid(source);
        return done(std::move(read).error());
    }
    put({.batch = std::move(read->batch),
         .bytes = request.size(),
         .rejected = read->rejected,
         .why = std::move(read->why)},
        source, std::move(done));
}

void LogIntake::put(Decoded lines, LogSource source, LogDone done) {
    LogOutcome outcome{.kept = lines.batch.records.size(),
                       .rejected = lines.rejected,
                       .why = std::move(lines.why)};
    metrics_->of(source).invalid.add(outcome.rejected);
    store_.append(lines.batch,
                  [metrics = metrics_, source, bytes = lines.bytes, outcome = std::move(outcome),
                   done = std::move(done)](const Result<void>& kept) mutable {
                      Metrics::OfSource& its = metrics->of(source);
                      if (!kept) {
                          its.dropped.add(outcome.kept);
                          its.requests_dropped.add();
                          return done(kept.error());
                      }
                      its.lines.add(outcome.kept);
                      its.bytes.add(bytes);
                      done(std::move(outcome));
                  });
}

}  // namespace tomograph
