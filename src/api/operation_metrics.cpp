#include "api/operation_metrics.h"

#include <string>

namespace tomograph {
namespace {

enum class Outcome { ok, client_error, throttled, server_error };
constexpr std::array<std::string_view, 4> outcome_names = {"ok", "client_error", "throttled",
                                                           "server_error"};

Outcome outcome_of(int status) {
    if (status == 429) return Outcome::throttled;
    if (status >= 500) return Outcome::server_error;
    return status >= 400 ? Outcome::client_error : Outcome::ok;
}

}  // namespace

OperationMetrics::OperationMetrics(MetricsRegistry& metrics, std::string_view operation) {
    static_assert(outcome_names.size() == outcomes);
    for (std::size_t i = 0; i < outcomes; ++i)
        requests_[i] = &metrics.counter(
            "tomograph_api_requests_total", "API requests answered",
            {{"operation", std::string(operation)}, {"outcome", std::string(outcome_names[i])}});
    seconds_ =
        &metrics.histogram("tomograph_api_request_seconds", "From the whole request to its answer",
                           latency_bounds_seconds(), {{"operation", std::string(operation)}});
}

void OperationMetrics::count(int status, Duration took) const {
    requests_[static_cast<std::size_t>(outcome_of(status))]->add();
    seconds_->observe(took.as_seconds());
}

}  // namespace tomograph
