#include "net/http_connection.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/log.h"
#include "net/http2/connection.h"
#include "net/http2/preface.h"
#include "net/http_reply_writer.h"
#include "net/limits.h"

namespace tomograph {

namespace {

constexpr std::string_view continue_head = "HTTP/1.1 100 Continue\r\n\r\n";

Duration now() { return RealClock().monotonic(); }

/// How long `bytes` may take at the slowest rate that is allowed.
Duration time_for(std::uint64_t bytes, std::uint64_t bytes_per_second) {
    return Duration::milliseconds(
        static_cast<std::int64_t>(bytes * 1000 / std::max<std::uint64_t>(bytes_per_second, 1)));
}

void release(std::string& text) { std::string().swap(text); }

}  // namespace

HttpConnection::HttpConnection(ConnectionSocket socket)
    : socket_(std::move(socket)),
      service_(socket_.service),
      loop_(socket_.loop),
      reader_(service_->limits, service_->budget),
      peer_text_(socket_.accepted->peer.to_text()),
      since_(now()) {}

void HttpConnection::start() {
    const int descriptor = socket_.descriptor->number();
    if (descriptor < 0) {
        service_->metrics.count(CloseCause::accept_failed);
        return close();
    }
    socket_.transport =
        service_->tls ? service_->tls->accept(descriptor) : make_plain_transport(descriptor);
    if (!socket_.transport) {
        service_->metrics.count(CloseCause::tls_failed);
        return close();
    }
    run();
}

void HttpConnection::run() {
    try {
        take_steps();
    } catch (const std::exception& thrown) {
        log_error("HTTP connection failed", {{"error", thrown.what()}});
        close();
    }
}

void HttpConnection::take_steps() {
    for (unsigned steps = 0; steps < connection_steps_per_turn; ++steps) {
        switch (step()) {
            case Next::again:
                continue;
            case Next::when_readable:
                return wait_readable();
            case Next::when_writable:
                return wait_writable();
            case Next::parked:
                return;
        }
    }
    loop_.post([self = shared_from_this()] { self->run(); });
}

HttpConnection::Next HttpConnection::step() {
    switch (phase_) {
        case Phase::handshake:
            return step_handshake();
        case Phase::reading:
            return step_reading();
        case Phase::writing:
            return step_writing();
        case Phase::lingering:
            return step_lingering();
        case Phase::running:
        case Phase::streaming:
            return watch_client();
        case Phase::closed:
            break;
    }
    return Next::parked;
}

void HttpConnection::wait_readable() {
    if (std::exchange(waits_readable_, true)) return;
    socket_.descriptor->when_readable([self = shared_from_this()] {
        self->waits_readable_ = false;
        self->run();
    });
}

void HttpConnection::wait_writable() {
    if (std::exchange(waits_writable_, true)) return;
    socket_.descriptor->when_writable([self = shared_from_this()] {
        self->waits_writable_ = false;
        self->run();
    });
}

HttpConnection::Next HttpConnection::step_handshake() {
    switch (socket_.transport->handshake().state) {
        case IoResult::State::done:
            phase_ = Phase::reading;  // its time goes on: the header time-out covers both
            if (socket_.transport->protocol() == "h2") return become_http2();
            may_be_http2_ = !socket_.transport->is_encrypted();
            return Next::again;
        case IoResult::State::want_read:
            return Next::when_readable;
        case IoResult::State::want_write:
            return Next::when_writable;
        case IoResult::State::ended:
        case IoResult::State::failed:
            break;
    }
    service_->metrics.count(CloseCause::tls_failed);
    close();
    return Next::parked;
}

HttpConnection::Next HttpConnection::step_reading() {
    if (!leftover_.empty()) {
        leftover_at_ += feed(std::string_view(leftover_).substr(leftover_at_));
        if (leftover_at_ == leftover_.size()) {
            release(leftover_);
            leftover_at_ = 0;
        }
        return after_feed();
    }
    if (!std::exchange(read_first_, true)) return Next::when_readable;

    const std::span<char> buffer = loop_.read_buffer();
    const IoResult read = socket_.transport->read(buffer);
    switch (read.state) {
        case IoResult::State::done:
            break;
        case IoResult::State::want_read:
            return Next::when_readable;
        case IoResult::State::want_write:
            return Next::when_writable;
        case IoResult::State::ended:
        case IoResult::State::failed:
            if (!is_between_requests()) service_->metrics.count(CloseCause::cut_short);
            close();
            return Next::parked;
    }
    service_->metrics.received_bytes.add(read.bytes);
    read_first_ = socket_.transport->may_have_more(read.bytes, buffer.size());
    return after_read({buffer.data(), read.bytes});
}

/// The first bytes of a plain connection tell what it speaks; they may come one by one.
HttpConnection::Next HttpConnection::after_read(std::string_view bytes) {
    if (may_be_http2_) {
        if (preface_.empty()) since_ = now();
        preface_ += bytes;
        const Preface found = find_preface(preface_);
        if (found == Preface::yes) return become_http2();
        if (found == Preface::maybe) return Next::again;
        may_be_http2_ = false;
        if (preface_.size() > bytes.size()) {
            leftover_ = std::exchange(preface_, {});
            return Next::again;
        }
        release(preface_);
    }
    const std::size_t used = feed(bytes);
    if (used < bytes.size()) leftover_ = bytes.substr(used);
    return after_feed();
}

/// The connection lives on in another form; nothing of it is left here.
HttpConnection::Next HttpConnection::become_http2() {
    phase_ = Phase::closed;
    const auto owner = socket_.owner.lock();
    if (!owner) return Next::parked;
    auto next = std::make_shared<Http2Connection>(std::move(socket_), std::move(preface_));
    owner->replace(*this, std::move(next));
    return Next::parked;
}

/// Shows the bytes to the reader until it has a request or enough; returns how many it took.
std::size_t HttpConnection::feed(std::string_view bytes) {
    using State = HttpRequestReader::State;
    if (reader_.state() == State::idle) since_ = now();
    std::size_t used = 0;
    while (used < bytes.size()) {
        const State before = reader_.state();
        if (before == State::complete || before == State::failed) break;
        used += reader_.feed(bytes.substr(used));
        if (before != State::body && reader_.state() == State::body) since_ = now();
    }
    return used;
}

HttpConnection::Next HttpConnection::after_feed() {
    switch (reader_.state()) {
        case HttpRequestReader::State::complete:
            return dispatch();
        case HttpRequestReader::State::failed:
            refuse(reader_.refusal());
            break;
        case HttpRequestReader::State::body:
            if (reader_.take_expectation() && reader_.wire_body_bytes() == 0)
                write_head(std::string(continue_head), Then::read_body);
            break;
        case HttpRequestReader::State::idle:
        case HttpRequestReader::State::header:
            break;
    }
    return Next::again;
}

HttpConnection::Next HttpConnection::dispatch() {
    HttpRequest request = reader_.take();
    request.peer_address = peer_text_;
    request.is_encrypted = socket_.transport->is_encrypted();
    request.is_client_gone = [gone = is_client_gone_] { return gone->load(); };
    client_keeps_alive_ = reader_.keep_alive();
    client_takes_chunks_ = reader_.takes_chunks();
    is_head_ = request.method == "HEAD";
    enter(Phase::running);
    in_handler_ = true;
    try {
        const auto slot = std::make_shared<ReplySlot>(weak_from_this(), 0);
        service_->handler(std::move(request),
                          [slot](HttpReply reply) { slot->answer(std::move(reply)); });
    } catch (const std::exception& thrown) {
        log_error("HTTP handler failed", {{"error", thrown.what()}});
    }
    in_handler_ = false;
    return after_reply();
}

/// A handler that answers before it returns is answered in the same turn.
HttpConnection::Next HttpConnection::after_reply() {
    if (!inline_reply_) return Next::when_readable;
    HttpReply reply = std::move(*inline_reply_);
    inline_reply_.reset();
    write_reply(std::move(reply), client_keeps_alive_,
                leftover_.empty() ? Then::close : Then::linger);
    return Next::again;
}

/// An end of the client's side is taken for its going. It is still answered, unless the answer is a
/// stream: who only ended its side gets what it asked for. Bytes that came ahead of their turn hide
/// the end.
HttpConnection::Next HttpConnection::watch_client() {
    switch (socket_.transport->peek().state) {
        case IoResult::State::want_read:
            return Next::when_readable;
        case IoResult::State::want_write:
            return Next::when_writable;
        case IoResult::State::done:
            return Next::parked;
        case IoResult::State::ended:
            *is_client_gone_ = true;
            if (phase_ == Phase::streaming) close();
            return Next::parked;
        case IoResult::State::failed:
            close();
            return Next::parked;
    }
    return Next::parked;
}

void HttpConnection::deliver(std::uint32_t, HttpReply reply) {
    if (loop_.is_current() && in_handler_) {
        inline_reply_ = std::move(reply);
        return;
    }
    loop_.post([self = shared_from_this(), reply = std::move(reply)]() mutable {
        self->on_reply(std::move(reply));
    });
}

void HttpConnection::deliver_nothing(std::uint32_t request) {
    service_->metrics.requests_unanswered.add();
    deliver(request, service_->refusal_reply(500, "the request was dropped without an answer"));
}

void HttpConnection::on_reply(HttpReply reply) {
    if (phase_ != Phase::running) return;
    inline_reply_ = std::move(reply);
    after_reply();
    run();
}

void HttpConnection::refuse(const HttpRefusal& refusal) {
    service_->metrics.count(refusal.cause);
    is_head_ = false;
    write_reply(service_->refusal_reply(refusal.status, refusal.sentence), false, Then::linger);
}

void HttpConnection::write_reply(HttpReply reply, bool keep_alive, Then otherwise) {
    if (!is_sendable(reply)) {
        log_error("HTTP reply is not sendable", {{"status", reply.status}});
        reply = service_->refusal_reply(500, "the answer could not be put into HTTP");
        if (!is_sendable(reply)) reply = HttpReply{.status = 500, .headers = {}, .body = {}};
    }
    is_chunked_ = reply.stream && client_takes_chunks_;
    const bool has_length = !reply.stream || is_chunked_;
    const bool stays = keep_alive && has_length && !reply.close && !service_->stopping;
    service_->metrics.count_status(reply.status);
    const bool has_body = !is_head_ && status_has_body(reply.status);
    write_head(reply_head(reply, stays, is_chunked_), stays ? Then::read_request : otherwise);
    if (!has_body) return;
    if (!is_chunked_) {
        body_ = std::move(reply.body);
    } else if (!reply.body.empty()) {
        head_ += chunk_head(reply.body.size());
        body_ = std::move(reply.body) + std::string(chunk_tail);
    }
    if (!reply.stream) return;
    stream_ = std::move(reply.stream);
    stream_->attach([connection = weak_from_this()] {
        const auto self = connection.lock();
        if (self) self->loop_.post([self] { self->on_stream(); });
    });
}

void HttpConnection::on_stream() {
    if (phase_ != Phase::streaming) return;  // else what is being written asks for more
    enter(Phase::writing);
    run();
}

/// The next pieces of the stream, as far as there are some.
HttpConnection::Next HttpConnection::write_more() {
    auto pieces = stream_->take();
    written_ = 0;
    head_.clear();
    if (!pieces) {
        stream_.reset();
        body_ = is_chunked_ ? last_chunk : "";
        return Next::again;
    }
    if (pieces->empty()) {
        if (service_->stopping) {
            close();
            return Next::parked;
        }
        enter(Phase::streaming);
        return Next::when_readable;
    }
    if (is_chunked_) {
        head_ = chunk_head(pieces->size());
        *pieces += chunk_tail;
    }
    body_ = *std::move(pieces);
    since_ = now();
    return Next::again;
}

void HttpConnection::write_head(std::string head, Then then) {
    head_ = std::move(head);
    then_ = then;
    written_ = 0;
    enter(Phase::writing);
}

HttpConnection::Next HttpConnection::step_writing() {
    if (written_ == head_.size() + body_.size()) return written();
    const std::string_view head(head_);
    const std::size_t in_head = std::min(written_, head.size());
    const IoResult wrote = socket_.transport->write(
        head.substr(in_head), std::string_view(body_).substr(written_ - in_head));
    switch (wrote.state) {
        case IoResult::State::done:
            break;
        case IoResult::State::want_read:
            return Next::when_readable;
        case IoResult::State::want_write:
            return Next::when_writable;
        case IoResult::State::ended:
        case IoResult::State::failed:
            close();
            return Next::parked;
    }
    service_->metrics.sent_bytes.add(wrote.bytes);
    written_ += wrote.bytes;
    return written_ < head_.size() + body_.size() ? Next::again : written();
}

HttpConnection::Next HttpConnection::written() {
    release(body_);
    if (stream_) return write_more();
    enter(Phase::reading);
    switch (then_) {
        case Then::read_body:
            break;
        case Then::read_request:
            reader_.reset();
            had_request_ = true;
            break;
        case Then::close:
            socket_.transport->end_writing();
            close();
            return Next::parked;
        case Then::linger:
            socket_.transport->end_writing();
            reader_.reset();
            release(leftover_);
            enter(Phase::lingering);
            break;
    }
    return Next::again;
}

HttpConnection::Next HttpConnection::step_lingering() {
    const IoResult read = socket_.transport->read(loop_.read_buffer());
    lingered_bytes_ += read.bytes;
    switch (read.state) {
        case IoResult::State::done:
            if (lingered_bytes_ <= linger_bytes_max) return Next::again;
            break;
        case IoResult::State::want_read:
            return Next::when_readable;
        case IoResult::State::want_write:
            return Next::when_writable;
        case IoResult::State::ended:
        case IoResult::State::failed:
            break;
    }
    close();
    return Next::parked;
}

void HttpConnection::check_deadline(Duration at) {
    const HttpLimits& limits = service_->limits;
    const Duration spent = at - since_;
    const std::uint64_t rate = limits.body_bytes_per_second_min;
    switch (phase_) {
        case Phase::handshake:
            if (spent < limits.header_timeout) return;
            service_->metrics.count(CloseCause::tls_failed);
            return close();
        case Phase::reading:
            if (is_between_requests()) {
                if (spent < (had_request_ ? limits.idle_timeout : limits.header_timeout)) return;
                service_->metrics.count(CloseCause::idle);
                return close();
            }
            if (reader_.state() == HttpRequestReader::State::header || !preface_.empty()) {
                if (spent < limits.header_timeout) return;
                refuse({RefusalCause::header_timeout, 408, "the header took too long"});
            } else {
                if (spent < limits.body_grace + time_for(reader_.wire_body_bytes(), rate)) return;
                refuse({RefusalCause::body_timeout, 408, "the body came too slowly"});
            }
            return run();
        case Phase::writing:
            if (spent < limits.write_timeout + time_for(written_, rate)) return;
            service_->metrics.count(CloseCause::slow_reader);
            return close();
        case Phase::lingering:
            if (spent < linger_timeout) return;
            return close();
        case Phase::running:    // takes as long as its owner needs
        case Phase::streaming:  // likewise
        case Phase::closed:
            return;
    }
}

bool HttpConnection::is_between_requests() const {
    return phase_ == Phase::reading && reader_.state() == HttpRequestReader::State::idle &&
           leftover_.empty() && preface_.empty();
}

void HttpConnection::begin_stop() {
    // A stream may go on for ever: who waits for more of it waits no longer.
    if (phase_ == Phase::handshake || phase_ == Phase::streaming) return close();
    // A request that has reached the kernel but not us is still answered.
    read_first_ = true;
    if (is_between_requests()) run();
    if (is_between_requests()) close();
}

void HttpConnection::enter(Phase phase) {
    phase_ = phase;
    since_ = now();
}

void HttpConnection::close() {
    if (phase_ == Phase::closed) return;
    const bool owes_reply = phase_ == Phase::running || phase_ == Phase::streaming ||
                            (phase_ == Phase::writing && then_ != Then::read_body);
    if (owes_reply) service_->metrics.replies_lost.add();
    phase_ = Phase::closed;
    *is_client_gone_ = true;
    stream_.reset();
    socket_.transport.reset();
    socket_.descriptor->close();
    reader_.reset();
    if (const auto owner = socket_.owner.lock()) owner->forget(*this);
}

}  // namespace tomograph
