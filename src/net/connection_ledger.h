#pragma once

#include <condition_variable>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/guarded.h"
#include "base/time.h"
#include "net/http_metrics.h"
#include "net/http_server.h"

namespace tomograph {

/// Knows how many connections a listener has, in all and per host, and refuses what is too many.
/// Threads: any.
class ConnectionLedger {
 public:
    /// Both are borrowed.
    ConnectionLedger(const HttpLimits& limits, HttpMetrics& metrics)
        : limits_(limits), metrics_(metrics) {}

    /// Nothing when the connection may stay (then leave() follows once), else why not.
    std::optional<CloseCause> enter(const std::string& host);
    void leave(const std::string& host);

    /// Waits until every connection has left; false when `patience` ran out before.
    bool wait_until_empty(Duration patience);
    void wait_until_empty();

 private:
    struct State {
        std::uint32_t total = 0;
        std::unordered_map<std::string, std::uint32_t> by_host;
    };

    const HttpLimits& limits_;
    HttpMetrics& metrics_;
    Guarded<State> state_;
    std::condition_variable left_;
};

}  // namespace tomograph
