#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/metrics.h"
#include "store/log_store.h"

namespace tomograph {

/// Where lines came from: label `source` of the counters.
enum class LogSource { otlp_http, otlp_grpc, fluent };
inline constexpr std::size_t log_source_count = 3;

struct LogOutcome {
    std::size_t kept = 0;
    std::size_t rejected = 0;  ///< lines that cannot be kept
    std::string why;           ///< the first of them
};

/// Called once, from any thread.
using LogDone = std::function<void(Result<LogOutcome>)>;

/// The way of log lines into the store, the same for OTLP and Fluent: decode, count, append.
///
///   tomograph_api_log_lines_total{source}             kept, on stable storage
///   tomograph_api_log_bytes_total{source}             of requests that were kept
///   tomograph_api_log_lines_refused_total{source,cause}   invalid, or dropped: the store took none
///   tomograph_api_log_requests_refused_total{source,cause}
///
/// Threads: any. A call to `done` may come after the LogIntake has gone; the registry must be there
/// still.
class LogIntake {
 public:
    LogIntake(LogStore& store, const Clock& clock, MetricsRegistry& metrics);
    ~LogIntake();

    /// An ExportLogsServiceRequest.
    ///
    /// request  borrowed for the call only
    /// errors   invalid (the bytes are no such message), and those of LogStore::append; then
    /// nothing
    ///          was kept
    void put_otlp(std::string_view request, LogSource source, LogDone done);

    /// Lines that somebody decoded; `bytes` of them, and how many were left out.
    struct Decoded {
        LogBatch batch;
        std::size_t bytes = 0;
        std::size_t rejected = 0;
        std::string why{};
    };
    void put(Decoded lines, LogSource source, LogDone done);

    /// A request that could not be read.
    void count_invalid(LogSource source);
    Instant now() const { return clock_.now(); }

 private:
    struct Metrics;

    LogStore& store_;
    const Clock& clock_;
    std::shared_ptr<Metrics> metrics_;
};

}  // namespace tomograph
