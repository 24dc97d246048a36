#include "net/http2/connection.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "net/limits.h"

namespace tomograph {

namespace {

Duration now() { return RealClock().monotonic(); }

}  // namespace

Http2Connection::Http2Connection(ConnectionSocket socket, std::string first_bytes)
    : socket_(std::move(socket)),
      service_(socket_.service),
      loop_(socket_.loop),
      peer_text_(socket_.accepted->peer.to_text()),
      first_bytes_(std::move(first_bytes)),
      since_(now()) {}

void Http2Connection::start() {
    auto wake = [weak = weak_from_this()](std::uint32_t stream) {
        const auto self = weak.lock();
        if (!self) return;
        self->loop_.post([self, stream] {
            if (self->phase_ != Phase::open) return;
            self->session_->on_more(stream, now());
            self->run();
        });
    };
    try {
        session_ = std::make_unique<Http2Session>(*service_, std::move(wake), now());
        if (service_->stopping) session_->begin_stop(now());
    } catch (const std::exception& thrown) {
        log_error("HTTP/2 connection failed", {{"error", thrown.what()}});
        return close();
    }
    run();
}

void Http2Connection::run() {
    try {
        take_steps();
    } catch (const std::exception& thrown) {
        log_error("HTTP/2 connection failed", {{"error", thrown.what()}});
        close();
    }
}

void Http2Connection::take_steps() {
    for (unsigned steps = 0; steps < connection_steps_per_turn; ++steps) {
        if (phase_ == Phase::closed) return;
        if (phase_ == Phase::lingering) {
            if (linger() != Moved::some) return;
            continue;
        }
        // Our settings come first, then whatever answers what was read.
        const Moved wrote = write_some();
        if (wrote == Moved::closed || phase_ != Phase::open) continue;
        const Moved read = read_some();
        if (read == Moved::closed) return;
        dispatch();
        if (read == Moved::nothing && wrote == Moved::nothing) return;
    }
    run_soon();
}

void Http2Connection::run_soon() {
    if (std::exchange(runs_soon_, true)) return;
    loop_.post([self = shared_from_this()] {
        self->runs_soon_ = false;
        self->run();
    });
}

/// The kernel has no room or no bytes: waits for that.
Http2Connection::Moved Http2Connection::wait_for(const IoResult& blocked) {
    if (blocked.state == IoResult::State::want_read) {
        if (std::exchange(waits_readable_, true)) return Moved::nothing;
        socket_.descriptor->when_readable([self = shared_from_this()] {
            self->waits_readable_ = false;
            self->run();
        });
    } else {
        if (std::exchange(waits_writable_, true)) return Moved::nothing;
        socket_.descriptor->when_writable([self = shared_from_this()] {
            self->waits_writable_ = false;
            self->run();
        });
    }
    return Moved::nothing;
}

Http2Connection::Moved Http2Connection::read_some() {
    if (!first_bytes_.empty()) {
        session_->feed(std::exchange(first_bytes_, {}), now());
        return Moved::some;
    }
    if (waits_readable_ || !session_->wants_bytes()) return Moved::nothing;
    if (!std::exchange(read_first_, true)) return wait_for({IoResult::State::want_read});
    const std::span<char> buffer = loop_.read_buffer();
    const IoResult read = socket_.transport->read(buffer);
    switch (read.state) {
        case IoResult::State::done:
            service_->metrics.received_bytes.add(read.bytes);
            read_first_ = socket_.transport->may_have_more(read.bytes, buffer.size());
            session_->feed({buffer.data(), read.bytes}, now());
            return Moved::some;
        case IoResult::State::want_read:
        case IoResult::State::want_write:
            return wait_for(read);
        case IoResult::State::ended:
        case IoResult::State::failed:
            break;
    }
    if (session_->is_receiving()) service_->metrics.count(CloseCause::cut_short);
    close();
    return Moved::closed;
}

/// Writes until the kernel takes no more or nothing is left to say. When that was the last of it,
/// what a client that was broken off still sends is waited for: a reset would overtake our words.
Http2Connection::Moved Http2Connection::write_some() {
    Moved moved = Moved::nothing;
    for (;;) {
        if (written_ == out_.size()) {
            out_.clear();
            written_ = 0;
            session_->produce(out_, now());
            since_ = now();
            if (out_.empty()) break;
        }
        if (waits_writable_) return moved;
        const IoResult wrote =
            socket_.transport->write(std::string_view(out_).substr(written_), {});
        switch (wrote.state) {
            case IoResult::State::done:
                service_->metrics.sent_bytes.add(wrote.bytes);
                written_ += wrote.bytes;
                moved = Moved::some;
                continue;
            case IoResult::State::want_read:
            case IoResult::State::want_write:
                wait_for(wrote);
                return moved;
            case IoResult::State::ended:
            case IoResult::State::failed:
                close();
                return Moved::closed;
        }
    }
    if (out_.capacity() > http2_output_bytes / 4) std::string().swap(out_);
    if (!session_->is_over()) return moved;
    socket_.transport->end_writing();
    phase_ = Phase::lingering;
    since_ = now();
    lingers_for_client_ = !session_->wants_bytes();
    session_.reset();
    return Moved::some;
}

Http2Connection::Moved Http2Connection::linger() {
    const IoResult read = socket_.transport->read(loop_.read_buffer());
    lingered_bytes_ += read.bytes;
    if (read.state == IoResult::State::done && lingered_bytes_ <= linger_bytes_max)
        return Moved::some;
    const bool is_blocked =
        read.state == IoResult::State::want_read || read.state == IoResult::State::want_write;
    if (is_blocked && lingers_for_client_) return wait_for(read);
    close();
    return Moved::closed;
}

void Http2Connection::dispatch() {
    while (auto next = session_->next_request(now())) {
        next->request.peer_address = peer_text_;
        next->request.is_encrypted = socket_.transport->is_encrypted();
        in_handler_ = true;
        try {
            const auto slot = std::make_shared<ReplySlot>(weak_from_this(), next->stream);
            service_->handler(std::move(next->request),
                              [slot](HttpReply reply) { slot->answer(std::move(reply)); });
        } catch (const std::exception& thrown) {
            log_error("HTTP handler failed", {{"error", thrown.what()}});
        }
        in_handler_ = false;
    }
}

/// Replies that come one upon the other are written together.
void Http2Connection::deliver(std::uint32_t stream, HttpReply reply) {
    if (loop_.is_current() && in_handler_) return session_->answer(stream, std::move(reply), now());
    loop_.post([self = shared_from_this(), stream, reply = std::move(reply)]() mutable {
        if (self->phase_ != Phase::open) return;
        self->session_->answer(stream, std::move(reply), now());
        self->run_soon();
    });
}

void Http2Connection::deliver_nothing(std::uint32_t stream) {
    service_->metrics.requests_unanswered.add();
    deliver(stream, service_->refusal_reply(500, "the request was dropped without an answer"));
}

void Http2Connection::check_deadline(Duration at) {
    switch (phase_) {
        case Phase::open:
            if (!out_.empty()) {
                const std::uint64_t rate =
                    std::max<std::uint64_t>(service_->limits.body_bytes_per_second_min, 1);
                const auto allowed =
                    Duration::milliseconds(static_cast<std::int64_t>(written_ * 1000 / rate));
                if (at - since_ >= service_->limits.write_timeout + allowed) {
                    service_->metrics.count(CloseCause::slow_reader);
                    return close();
                }
            }
            session_->check_deadlines(at);
            return run();
        case Phase::lingering:
            if (at - since_ >= linger_timeout) close();
            return;
        case Phase::closed:
            return;
    }
}

void Http2Connection::begin_stop() {
    if (phase_ != Phase::open) return;
    session_->begin_stop(now());
    read_first_ = true;  // what has reached the kernel but not us is still answered
    run();
}

void Http2Connection::close() {
    if (phase_ == Phase::closed) return;
    phase_ = Phase::closed;
    session_.reset();
    socket_.transport.reset();
    socket_.descriptor->close();
    if (const auto owner = socket_.owner.lock()) owner->forget(*this);
}

}  // namespace tomograph
