#pragma once

#include <array>
#include <string>

#include "base/metrics.h"
#include "net/http_refusal.h"

namespace tomograph {

/// Why a connection was closed before or between requests: the `cause` of metrics.
enum class CloseCause {
    total_cap,
    address_cap,
    accept_failed,
    tls_failed,
    idle,
    slow_reader,
    cut_short,  ///< by the client, in the middle of a request
    // HTTP/2 (limits.h):
    reset_flood,
    control_flood,
    header_flood,
    slow_header,
    window_stall,  ///< a reply that its client leaves no room for
    protocol_error,
};
constexpr std::size_t close_causes = 13;

/// The metrics of one HTTP listener, each labelled {listener}.
struct HttpMetrics {
    HttpMetrics(MetricsRegistry& registry, const std::string& listener);

    Gauge& connections_open;
    Counter& connections_accepted;
    Counter& connections_http2;
    std::array<Counter*, close_causes> connections_refused;  // {cause}
    std::array<Counter*, 6> requests;                        // {class}: [status / 100]
    std::array<Counter*, refusal_causes> requests_refused;   // {cause}
    Counter& requests_unanswered;
    Counter& replies_lost;
    Counter& received_bytes;
    Counter& sent_bytes;

    void count(CloseCause cause) { connections_refused[static_cast<std::size_t>(cause)]->add(); }
    void count(RefusalCause cause) { requests_refused[static_cast<std::size_t>(cause)]->add(); }
    void count_status(int status);
};

}  // namespace tomograph
