#include "net/connection_ledger.h"

#include <chrono>

#include "base/assert.h"

namespace tomograph {

std::optional<CloseCause> ConnectionLedger::enter(const std::string& host) {
    auto state = state_.lock();
    if (state->total >= limits_.connections_max) return CloseCause::total_cap;
    std::uint32_t& of_host = state->by_host[host];  // a host refused here has entries already
    if (of_host >= limits_.connections_per_address_max) return CloseCause::address_cap;
    ++of_host;
    ++state->total;
    metrics_.connections_open.set(state->total);
    return {};
}

void ConnectionLedger::leave(const std::string& host) {
    auto state = state_.lock();
    const auto found = state->by_host.find(host);
    ASSERT(found != state->by_host.end());
    if (--found->second == 0) state->by_host.erase(found);
    --state->total;
    metrics_.connections_open.set(state->total);
    // Under the lock: who waits may destroy us as soon as it sees the total.
    if (state->total == 0) left_.notify_all();
}

bool ConnectionLedger::wait_until_empty(Duration patience) {
    auto state = state_.lock();
    return left_.wait_for(state.mutex(), std::chrono::nanoseconds(patience.ns),
                          [&] { return state->total == 0; });
}

void ConnectionLedger::wait_until_empty() {
    auto state = state_.lock();
    left_.wait(state.mutex(), [&] { return state->total == 0; });
}

}  // namespace tomograph
