#include "net/http_connection_group.h"

#include <algorithm>
#include <vector>

#include "net/limits.h"

namespace tomograph {

namespace {

/// A time-out is noticed late by a tenth of the shortest one at most.
Duration sweep_interval(const HttpLimits& limits) {
    const Duration shortest = std::min(
        {limits.header_timeout, limits.idle_timeout, limits.write_timeout, limits.body_grace});
    return std::clamp(Duration{shortest.ns / 10}, sweep_interval_min, sweep_interval_max);
}

}  // namespace

HttpConnectionGroup::HttpConnectionGroup(std::shared_ptr<HttpService> service, IoLoop& loop)
    : service_(std::move(service)), loop_(loop), sweep_timer_(loop) {}

void HttpConnectionGroup::adopt(std::shared_ptr<AcceptedSocket> socket) {
    // The group outlives its connections: the map below is the only owner that matters.
    auto forget = [group = weak_from_this()](HttpConnection& connection) {
        if (const auto locked = group.lock()) locked->connections_.erase(&connection);
    };
    auto connection = std::shared_ptr<HttpConnection>(
        new HttpConnection(service_, loop_, std::move(socket), std::move(forget)));
    connections_.emplace(connection.get(), connection);
    connection->start();
    arm_sweep();
}

void HttpConnectionGroup::begin_stop() {
    for_each([](HttpConnection& connection) { connection.begin_stop(); });
}

void HttpConnectionGroup::close_all() {
    for_each([](HttpConnection& connection) { connection.close(); });
}

void HttpConnectionGroup::arm_sweep() {
    if (sweeps_ || connections_.empty()) return;
    sweeps_ = true;
    sweep_timer_.after(sweep_interval(service_->limits), [group = weak_from_this()] {
        if (const auto locked = group.lock()) locked->sweep();
    });
}

void HttpConnectionGroup::sweep() {
    sweeps_ = false;
    const Duration now = RealClock().monotonic();
    for_each([now](HttpConnection& connection) { connection.check_deadline(now); });
    arm_sweep();
}

/// The visit may close the connection, and so take it out of the map.
template <class Visit>
void HttpConnectionGroup::for_each(const Visit& visit) {
    std::vector<std::shared_ptr<HttpConnection>> all;
    all.reserve(connections_.size());
    for (const auto& [key, connection] : connections_) all.push_back(connection);
    for (const auto& connection : all) visit(*connection);
}

}  // namespace tomograph
