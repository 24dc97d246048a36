#pragma once

#include <array>
#include <string_view>

#include "base/metrics.h"
#include "base/time.h"

namespace tomograph {

/// What is counted of one operation, X-Ray's or ours. Pointers into the registry, so that a late
/// answer needs nothing else.
///
///   tomograph_api_requests_total{operation,outcome="ok"|"client_error"|"throttled"|"server_error"}
///   tomograph_api_request_seconds{operation}
class OperationMetrics {
 public:
    OperationMetrics(MetricsRegistry& metrics, std::string_view operation);

    /// took  from the whole request to its answer
    void count(int status, Duration took) const;

 private:
    static constexpr std::size_t outcomes = 4;
    std::array<Counter*, outcomes> requests_{};
    Histogram* seconds_ = nullptr;
};

}  // namespace tomograph
