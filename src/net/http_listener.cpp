#include "net/http_listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "base/log.h"
#include "net/http_reply_writer.h"
#include "net/limits.h"

namespace tomograph {

namespace {

/// Failures of the connection that was to be accepted, not of ours (accept(2)): take the next one.
bool is_peers_failure(int error) {
    switch (error) {
        case ECONNABORTED:
        case EPROTO:
        case ENETDOWN:
        case ENOPROTOOPT:
        case EHOSTDOWN:
        case ENONET:
        case EHOSTUNREACH:
        case EOPNOTSUPP:
        case ENETUNREACH:
        case EINTR:
            return true;
        default:
            return false;
    }
}

}  // namespace

HttpListener::HttpListener(std::shared_ptr<HttpService> service, IoLoop& loop, int descriptor,
                           std::vector<std::shared_ptr<HttpConnectionGroup>> groups)
    : service_(std::move(service)),
      descriptor_(loop, descriptor),
      retry_timer_(loop),
      groups_(std::move(groups)) {}

void HttpListener::start() { wait(); }

void HttpListener::close() {
    retry_timer_.cancel();
    descriptor_.close();
}

void HttpListener::wait() {
    descriptor_.when_readable([self = shared_from_this()] { self->accept_some(); });
}

void HttpListener::accept_some() {
    if (!is_open()) return;
    for (unsigned i = 0; i < accept_batch; ++i)
        if (!accept_one()) return;
    wait();
}

/// False when this turn is over, and what follows it is arranged.
bool HttpListener::accept_one() {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const int descriptor = accept4(descriptor_.number(), reinterpret_cast<sockaddr*>(&from), &size,
                                   SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) {
        if (is_peers_failure(errno)) return true;
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            wait();
        } else {
            back_off();
        }
        return false;
    }
    const PeerAddress peer = PeerAddress::from(from);
    if (const auto refused = service_->ledger.enter(peer.host_key())) {
        turn_away(descriptor, *refused);
        return true;
    }
    auto accepted = std::make_shared<AcceptedSocket>(service_, descriptor, peer);
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    service_->metrics.connections_accepted.add();
    const auto& group = groups_[next_group_++ % groups_.size()];
    group->loop().post(
        [group, accepted = std::move(accepted)]() mutable { group->adopt(std::move(accepted)); });
    return true;
}

/// The connection stays in the kernel's queue and would wake us at once: wait instead of spinning.
void HttpListener::back_off() {
    service_->metrics.count(CloseCause::accept_failed);
    log_warn("accept failed", {{"error", error_from_errno(ErrorCode::io, "accept")}});
    retry_timer_.after(accept_backoff, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->accept_some();
    });
}

/// Best effort: the answer goes into the empty send buffer or nowhere. Over TLS there is no one to
/// talk to yet.
void HttpListener::turn_away(int descriptor, CloseCause cause) {
    service_->metrics.count(cause);
    if (!service_->tls) {
        HttpReply reply = service_->refusal_reply(503, "too many connections; try again");
        if (!is_sendable(reply)) reply = HttpReply{.status = 503, .headers = {}, .body = {}};
        const auto transport = make_plain_transport(descriptor);
        transport->write(reply_head(reply, false), reply.body);
        transport->end_writing();
    }
    ::close(descriptor);
}

}  // namespace tomograph
