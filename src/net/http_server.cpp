#include "net/http_server.h"

#include <sys/socket.h>

#include <latch>
#include <mutex>

#include "net/http_listener.h"
#include "net/listen_socket.h"

namespace tomograph {

struct HttpServer::Impl {
    std::shared_ptr<HttpService> service;
    std::vector<std::shared_ptr<HttpConnectionGroup>> groups;
    std::shared_ptr<HttpListener> listener;
    IoLoop* listener_loop = nullptr;
    std::string address;
    std::once_flag stopped;

    void stop(Duration deadline);
    /// Runs the task on every group's loop, behind what is posted there already.
    void on_each_group(const std::function<void(HttpConnectionGroup&)>& task);
};

Result<std::unique_ptr<HttpServer>> HttpServer::start(IoPool& pool, HttpServerOptions options,
                                                      HttpHandler handler, HttpErrorBody error_body,
                                                      MetricsRegistry& metrics) {
    auto impl = std::make_shared<Impl>();
    impl->service =
        std::make_shared<HttpService>(options.limits, std::move(handler), std::move(error_body),
                                      metrics, options.name, std::move(options.takes_pieces));
    if (options.tls) impl->service->tls = TRY(TlsContext::load(*options.tls));
    const SocketAddress wanted = TRY(parse_socket_address(options.address));
    const BoundSocket bound = TRY(bind_socket(wanted, SOCK_STREAM));
    impl->address = bound.address;
    for (const auto& loop : pool.impl().loops)
        impl->groups.push_back(std::make_shared<HttpConnectionGroup>(impl->service, *loop));
    impl->listener_loop = pool.impl().loops.front().get();
    impl->listener = std::make_shared<HttpListener>(impl->service, *impl->listener_loop,
                                                    bound.descriptor, impl->groups);
    if (!impl->listener->is_open())
        return Error(ErrorCode::unavailable, "listen on " + options.address + ": epoll refused it");
    impl->listener_loop->post([listener = impl->listener] { listener->start(); });
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() { stop({}); }

const std::string& HttpServer::address() const { return impl_->address; }

void HttpServer::stop(Duration deadline) {
    std::call_once(impl_->stopped, [&] { impl_->stop(deadline); });
}

/// From the listener's loop, so that connections it has dealt out but not delivered come first.
void HttpServer::Impl::on_each_group(const std::function<void(HttpConnectionGroup&)>& task) {
    listener_loop->post([groups_copy = groups, task] {
        for (const auto& group : groups_copy) group->loop().post([group, task] { task(*group); });
    });
}

void HttpServer::Impl::stop(Duration deadline) {
    service->stopping = true;
    listener_loop->post([closing = listener] { closing->close(); });
    on_each_group([](HttpConnectionGroup& group) { group.begin_stop(); });
    if (!service->ledger.wait_until_empty(deadline)) {
        on_each_group([](HttpConnectionGroup& group) { group.close_all(); });
        service->ledger.wait_until_empty();
    }
    // Nothing of ours is left on the loops when this has come through.
    const auto through = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(groups.size()));
    on_each_group([through](HttpConnectionGroup&) { through->count_down(); });
    through->wait();
}

}  // namespace tomograph
