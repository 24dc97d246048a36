#include "net/stream_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <latch>
#include <mutex>
#include <vector>

#include "base/log.h"
#include "net/address.h"
#include "net/limits.h"
#include "net/listen_socket.h"
#include "net/peer_address.h"
#include "net/stream_connection.h"

namespace tomograph {

/// The listening socket, and the connections of one loop each. `connections` of a loop is touched
/// on that loop only.
struct StreamServer::Impl : std::enable_shared_from_this<StreamServer::Impl> {
    Impl(std::shared_ptr<StreamService> its, IoPool& pool, int descriptor)
        : service(std::move(its)),
          loop(*pool.impl().loops.front()),
          listening(loop, descriptor),
          retry(loop) {
        for (const auto& each : pool.impl().loops) places.push_back({each.get(), {}});
    }

    struct Place {
        IoLoop* loop;
        std::vector<std::weak_ptr<StreamConnection>> connections;
    };

    void wait();
    void accept_some();
    void adopt(Place& place, int descriptor, std::string peer);
    void stop(Duration deadline);
    /// From the listening loop, so that connections it has dealt out come first.
    void on_each_place(const std::function<void(Place&)>& task);

    std::shared_ptr<StreamService> service;
    IoLoop& loop;
    WatchedDescriptor listening;
    LoopTimer retry;
    std::vector<Place> places;
    std::size_t next = 0;
    std::string address;
    std::once_flag stopped;
};

Result<std::unique_ptr<StreamServer>> StreamServer::start(IoPool& pool, StreamServerOptions options,
                                                          MakeStreamSession make_session,
                                                          MetricsRegistry& metrics) {
    const SocketAddress wanted = TRY(parse_socket_address(options.address));
    const BoundSocket bound = TRY(bind_socket(wanted, SOCK_STREAM));
    auto service =
        std::make_shared<StreamService>(std::move(options), std::move(make_session), metrics);
    auto impl = std::make_shared<Impl>(std::move(service), pool, bound.descriptor);
    impl->address = bound.address;
    if (impl->listening.number() < 0)
        return Error(ErrorCode::unavailable, "listen on " + bound.address + ": epoll refused it");
    impl->loop.post([impl] { impl->wait(); });
    return std::unique_ptr<StreamServer>(new StreamServer(std::move(impl)));
}

StreamServer::StreamServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

StreamServer::~StreamServer() { stop(); }

const std::string& StreamServer::address() const { return impl_->address; }

void StreamServer::stop(Duration deadline) {
    std::call_once(impl_->stopped, [&] { impl_->stop(deadline); });
}

void StreamServer::Impl::wait() {
    listening.when_readable([self = shared_from_this()] { self->accept_some(); });
}

void StreamServer::Impl::accept_some() {
    for (unsigned i = 0; i < accept_batch; ++i) {
        if (listening.number() < 0) return;
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        const int descriptor = accept4(listening.number(), reinterpret_cast<sockaddr*>(&from),
                                       &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            if (errno == EAGAIN || errno == EWOULDBLOCK) break;
            log_warn("accept failed", {{"error", error_from_errno(ErrorCode::io, "accept")}});
            return retry.after(accept_backoff, [weak = weak_from_this()] {
                if (const auto self = weak.lock()) self->accept_some();
            });
        }
        if (!service->enter()) {
            service->closed[static_cast<std::size_t>(StreamClose::total_cap)]->add();
            ::close(descriptor);
            continue;
        }
        const int on = 1;
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
        Place& place = places[next++ % places.size()];
        place.loop->post(
            [self = shared_from_this(), &place, descriptor,
             peer = PeerAddress::from(from).to_text()] { self->adopt(place, descriptor, peer); });
    }
    wait();
}

void StreamServer::Impl::adopt(Place& place, int descriptor, std::string peer) {
    std::erase_if(place.connections, [](const auto& weak) { return weak.expired(); });
    const auto connection =
        std::make_shared<StreamConnection>(service, *place.loop, descriptor, std::move(peer));
    place.connections.push_back(connection);
    connection->start();
}

void StreamServer::Impl::on_each_place(const std::function<void(Place&)>& task) {
    loop.post([self = shared_from_this(), task] {
        for (Place& place : self->places) place.loop->post([self, &place, task] { task(place); });
    });
}

void StreamServer::Impl::stop(Duration deadline) {
    service->stopping = true;
    loop.post([self = shared_from_this()] {
        self->retry.cancel();
        self->listening.close();
    });
    on_each_place([](Place& place) {
        for (const auto& weak : place.connections)
            if (const auto connection = weak.lock()) connection->stop_reading();
    });
    {
        // What was taken is answered; the answers were posted before it is let go.
        std::unique_lock lock(service->mutex);
        service->changed.wait_for(lock, std::chrono::nanoseconds(deadline.ns),
                                  [&] { return service->held == 0; });
    }
    on_each_place([](Place& place) {
        for (const auto& weak : place.connections)
            if (const auto connection = weak.lock()) connection->close(StreamClose::stopped);
    });
    const auto through = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(places.size()));
    on_each_place([through](Place&) { through->count_down(); });
    through->wait();
}

}  // namespace tomograph
