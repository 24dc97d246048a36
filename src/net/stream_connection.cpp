#include "net/stream_connection.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "base/log.h"

namespace tomograph {
namespace {

constexpr std::array<const char*, stream_closes> close_names{
    "peer", "refused", "too_large", "too_slow", "idle", "unsent", "total_cap", "stopped"};

Labels label(const StreamServerOptions& options) { return {{"listener", options.name}}; }

}  // namespace

StreamService::StreamService(StreamServerOptions its, MakeStreamSession make,
                             MetricsRegistry& registry)
    : options(std::move(its)),
      make_session(std::move(make)),
      open(registry.gauge("tomograph_net_stream_connections", "Open connections of streams",
                          label(options))),
      accepted(registry.counter("tomograph_net_stream_connections_total",
                                "Connections of streams accepted", label(options))),
      received_bytes(registry.counter("tomograph_net_stream_received_bytes_total",
                                      "Bytes that streams brought", label(options))) {
    for (std::size_t i = 0; i < closed.size(); ++i)
        closed[i] = &registry.counter("tomograph_net_stream_connections_closed_total",
                                      "Connections of streams that ended, by cause",
                                      {{"listener", options.name}, {"cause", close_names[i]}});
}

bool StreamService::enter() {
    const std::lock_guard lock(mutex);
    if (stopping || connections >= options.limits.connections_max) return false;
    open.set(++connections);
    accepted.add();
    return true;
}

void StreamService::leave() {
    const std::lock_guard lock(mutex);
    open.set(--connections);
    changed.notify_all();
}

void StreamService::hold(std::uint64_t bytes) {
    const std::lock_guard lock(mutex);
    held += bytes;
}

void StreamService::release(std::uint64_t bytes) {
    const std::lock_guard lock(mutex);
    held -= bytes;
    changed.notify_all();
}

StreamConnection::StreamConnection(std::shared_ptr<StreamService> service, IoLoop& loop,
                                   int descriptor, std::string peer)
    : service_(std::move(service)),
      loop_(loop),
      descriptor_(loop, descriptor),
      timer_(loop),
      peer_(std::move(peer)) {}

StreamConnection::~StreamConnection() = default;

void StreamConnection::start() {
    if (descriptor_.number() < 0 || service_->stopping) return close(StreamClose::stopped);
    session_ = service_->make_session(shared_from_this());
    watch_time();
    wait_to_read();
}

/// A message that is begun gets whole soon; else a connection may be silent for long.
void StreamConnection::watch_time() {
    has_come_ = false;
    const StreamLimits& limits = service_->options.limits;
    const bool is_begun = !input_.empty();
    timer_.after(is_begun ? limits.message_timeout : limits.idle_timeout,
                 [weak = weak_from_this(), is_begun] {
                     const auto self = weak.lock();
                     if (!self || !self->is_open_) return;
                     const bool is_held = self->held_ > 0;
                     if (is_begun && !self->input_.empty() && !is_held && !self->has_come_)
                         return self->close(StreamClose::too_slow, "a message did not get whole");
                     if (!is_begun && !self->has_come_ && !is_held)
                         return self->close(StreamClose::idle);
                     self->watch_time();
                 });
}

void StreamConnection::wait_to_read() {
    if (!is_open_ || is_waiting_to_read_ || is_reading_stopped_) return;
    if (held_ > service_->options.limits.held_bytes_max) return;  // release() goes on
    is_waiting_to_read_ = true;
    descriptor_.when_readable([self = shared_from_this()] {
        self->is_waiting_to_read_ = false;
        self->read_some();
    });
}

void StreamConnection::read_some() {
    if (!is_open_ || is_reading_stopped_) return;
    const std::span<char> buffer = loop_.read_buffer();
    const ssize_t size = recv(descriptor_.number(), buffer.data(), buffer.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return wait_to_read();
    if (size <= 0) return close(StreamClose::by_peer);
    service_->received_bytes.add(static_cast<std::uint64_t>(size));
    const bool was_empty = input_.empty();
    has_come_ = true;
    input_.append(buffer.data(), static_cast<std::size_t>(size));
    const auto taken = session_->take(input_);
    if (!taken) return close(StreamClose::refused, taken.error().message());
    input_.erase(0, *taken);
    if (input_.empty() && input_.capacity() > buffer.size()) input_ = std::string();
    if (input_.size() > service_->options.limits.message_bytes_max)
        return close(StreamClose::too_large, "a message is larger than the bound");
    if (was_empty != input_.empty()) watch_time();
    wait_to_read();
}

void StreamConnection::send(std::string bytes) {
    loop_.post([weak = weak_from_this(), bytes = std::move(bytes)] {
        const auto self = weak.lock();
        if (!self || !self->is_open_) return;
        if (self->output_.size() + bytes.size() > self->service_->options.limits.unsent_bytes_max)
            return self->close(StreamClose::unsent, "it does not read what it is sent");
        self->output_ += bytes;
        self->write_some();
    });
}

void StreamConnection::write_some() {
    if (!is_open_ || is_waiting_to_write_ || output_.empty()) return;
    const ssize_t size = ::send(descriptor_.number(), output_.data(), output_.size(), MSG_NOSIGNAL);
    if (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        return close(StreamClose::by_peer);
    if (size > 0) output_.erase(0, static_cast<std::size_t>(size));
    if (output_.empty()) return;
    is_waiting_to_write_ = true;
    descriptor_.when_writable([self = shared_from_this()] {
        self->is_waiting_to_write_ = false;
        self->write_some();
    });
}

void StreamConnection::hold(std::uint64_t bytes) {
    held_ += bytes;
    service_->hold(bytes);
}

void StreamConnection::release(std::uint64_t bytes) {
    const std::uint64_t limit = service_->options.limits.held_bytes_max;
    const std::uint64_t before = held_.fetch_sub(bytes);
    // What is sent and what goes on being read is posted first: a stop that waits for it sees both.
    if (before > limit && before - bytes <= limit)
        loop_.post([weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->wait_to_read();
        });
    service_->release(bytes);
}

void StreamConnection::close(StreamClose why, std::string_view sentence) {
    if (!is_open_) return;
    is_open_ = false;
    service_->closed[static_cast<std::size_t>(why)]->add();
    if (!sentence.empty())
        log_warn("stream closed",
                 {{"listener", service_->options.name}, {"peer", peer_}, {"error", sentence}});
    timer_.cancel();
    descriptor_.close();
    session_.reset();
    input_ = {};
    output_ = {};
    service_->leave();
}

}  // namespace tomograph
