#include "net/http_body_stream.h"

#include <utility>

namespace tomograph {

bool HttpBodyStream::write(std::string_view piece) {
    std::function<void()> wake;
    {
        auto state = state_.lock();
        room_.wait(state.mutex(), [&] { return state->is_closed || has_room(*state, piece); });
        if (state->is_closed) return false;
        wake = add(*state, piece);
    }
    if (wake) wake();
    return true;
}

bool HttpBodyStream::try_write(std::string_view piece) {
    std::function<void()> wake;
    {
        auto state = state_.lock();
        if (state->is_closed || !has_room(*state, piece)) return false;
        wake = add(*state, piece);
    }
    if (wake) wake();
    return true;
}

bool HttpBodyStream::has_room(const State& state, std::string_view piece) const {
    return state.pending.empty() || state.pending.size() + piece.size() <= pending_max_;
}

/// The connection is woken only when it may have nothing to send: while it sends it asks itself.
/// Outside of the lock, for waking may drop the connection, and with it the sending end.
std::function<void()> HttpBodyStream::add(State& state, std::string_view piece) {
    const bool was_empty = state.pending.empty();
    state.pending += piece;
    return was_empty ? state.wake : nullptr;
}

void HttpBodyStream::end() {
    std::function<void()> wake;
    {
        auto state = state_.lock();
        if (std::exchange(state->is_ended, true)) return;
        wake = state->wake;
    }
    if (wake) wake();
}

bool HttpBodyStream::is_closed() { return state_.lock()->is_closed; }

void HttpBodyStream::attach(std::function<void()> wake) {
    auto state = state_.lock();
    state->wake = std::move(wake);
}

std::optional<std::string> HttpBodyStream::take() {
    auto state = state_.lock();
    if (state->pending.empty() && state->is_ended) return std::nullopt;
    std::string pieces = std::exchange(state->pending, {});
    room_.notify_all();
    return pieces;
}

std::shared_ptr<HttpBodyStream> HttpBodyStream::sending_end(
    const std::shared_ptr<HttpBodyStream>& stream) {
    return {stream.get(), [stream](HttpBodyStream*) { stream->close(); }};
}

void HttpBodyStream::close() {
    auto state = state_.lock();
    state->is_closed = true;
    state->wake = nullptr;
    room_.notify_all();
}

}  // namespace tomograph
