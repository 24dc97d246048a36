#include "net/http_connection_group.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "net/http_connection.h"
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
    const int descriptor = std::exchange(socket->descriptor, -1);
    const auto connection = std::make_shared<HttpConnection>(
        ConnectionSocket{.service = service_,
                         .loop = loop_,
                         .owner = weak_from_this(),
                         .accepted = std::move(socket),
                         .descriptor = std::make_unique<WatchedDescriptor>(loop_, descriptor)});
    connections_.emplace(connection.get(), connection);
    connection->start();
    arm_sweep();
}

void HttpConnectionGroup::forget(ServerConnection& closed) { connections_.erase(&closed); }

void HttpConnectionGroup::replace(ServerConnection& old, std::shared_ptr<ServerConnection> next) {
    connections_.emplace(next.get(), next);
    next->start();
    connections_.erase(&old);
}

void HttpConnectionGroup::begin_stop() {
    for_each([](ServerConnection& connection) { connection.begin_stop(); });
}

void HttpConnectionGroup::close_all() {
    for_each([](ServerConnection& connection) { connection.close(); });
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
    for_each([now](ServerConnection& connection) { connection.check_deadline(now); });
    arm_sweep();
}

/// The visit may close the connection, and so take it out of the map.
template <class Visit>
void HttpConnectionGroup::for_each(const Visit& visit) {
    std::vector<std::shared_ptr<ServerConnection>> all;
    all.reserve(connections_.size());
    for (const auto& [key, connection] : connections_) all.push_back(connection);
    for (const auto& connection : all) visit(*connection);
}

}  // namespace tomograph
