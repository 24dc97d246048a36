#include "net/http2/session.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "net/http2/goaway.h"
#include "net/http2/session_state.h"
#include "net/limits.h"

namespace tomograph {

namespace {

Duration time_for(std::uint64_t bytes, std::uint64_t bytes_per_second) {
    return Duration::milliseconds(
        static_cast<std::int64_t>(bytes * 1000 / std::max<std::uint64_t>(bytes_per_second, 1)));
}

}  // namespace

Http2Session::Impl::Impl(HttpService& service_in, std::function<void(std::uint32_t)> wake_in,
                         Duration now_in)
    : service(service_in),
      wake(std::move(wake_in)),
      session(make_library_session(this)),
      now(now_in),
      header_since(now_in),
      idle_since(now_in) {
    // Priorities by dependency (RFC 7540) are a tree that clients could make us maintain.
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, http2_streams_max},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE,
         static_cast<std::uint32_t>(http2_stream_window_bytes)},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, service.limits.header_bytes_max},
        {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1}};
    nghttp2_submit_settings(session.get(), NGHTTP2_FLAG_NONE, settings, std::size(settings));
    nghttp2_session_set_local_window_size(session.get(), NGHTTP2_FLAG_NONE, 0,
                                          http2_connection_window_bytes);
    service.metrics.connections_http2.add();
}

Http2Session::Impl::~Impl() {
    for (const auto& [id, stream] : streams) let_go(*stream);
}

std::optional<Http2Session::Request> Http2Session::next_request(Duration now) {
    Impl& impl = *impl_;
    impl.now = now;
    if (impl.breach || impl.running + impl.running_lost >= http2_running_max ||
        impl.unsent_bytes() > http2_unsent_bytes_soft_max)
        return {};
    while (!impl.whole.empty()) {
        const std::int32_t id = impl.whole.front();
        impl.whole.pop_front();
        Http2Stream* stream = impl.find(id);
        if (stream == nullptr) continue;  // reset meanwhile
        stream->phase = Http2Stream::Phase::running;
        ++impl.running;
        HttpRequest request = stream->head.take();
        request.body = stream->body.take();
        request.pieces = stream->pieces;
        request.is_client_gone = [gone = stream->is_client_gone] { return gone->load(); };
        stream->held_bytes = request.body.size();
        impl.held_bytes += stream->held_bytes;
        return Request{static_cast<std::uint32_t>(id), std::move(request)};
    }
    return {};
}

void Http2Session::answer(std::uint32_t stream_number, HttpReply reply, Duration now) {
    Impl& impl = *impl_;
    impl.now = now;
    const auto id = static_cast<std::int32_t>(stream_number);
    Http2Stream* stream = impl.find(id);
    if (stream == nullptr || stream->phase != Http2Stream::Phase::running) {
        if (impl.running_lost > 0) --impl.running_lost;
        return;
    }
    --impl.running;
    if (reply.close) begin_stop(now);
    const std::uint64_t unsent = impl.unsent_bytes();
    if (unsent > 0 && unsent + reply.body.size() > http2_unsent_bytes_max)
        reply = impl.refusal_reply(*stream, 503, "too many answers wait to be read; try again");
    impl.send(id, *stream, std::move(reply));
    if (stream->pieces && !stream->pieces->makes_sense())
        impl.reset_refused(id, RefusalCause::malformed);
}

void Http2Session::on_more(std::uint32_t stream_number, Duration now) {
    impl_->now = now;
    const auto id = static_cast<std::int32_t>(stream_number);
    Http2Stream* stream = impl_->find(id);
    if (stream == nullptr || !std::exchange(stream->waits_for_source, false)) return;
    stream->is_stalled = false;
    nghttp2_session_resume_data(impl_->session.get(), id);
}

void Http2Session::produce(std::string& out, Duration now) {
    Impl& impl = *impl_;
    impl.now = now;
    while (!impl.breach && out.size() < http2_output_bytes) {
        const std::uint8_t* bytes = nullptr;
        const ssize_t size = nghttp2_session_mem_send(impl.session.get(), &bytes);
        if (size < 0)
            impl.break_off(CloseCause::protocol_error, "internal error", NGHTTP2_INTERNAL_ERROR);
        if (size <= 0) break;
        out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    }
    if (!impl.breach || std::exchange(impl.breach->is_told, true)) return;
    // The client may never read this: nothing is kept for it.
    for (const auto& [id, stream] : impl.streams) impl.let_go(*stream);
    impl.streams.clear();
    impl.whole.clear();
    const auto last = nghttp2_session_get_last_proc_stream_id(impl.session.get());
    out += goaway_frame(static_cast<std::uint32_t>(last), impl.breach->code, impl.breach->reason);
}

// Time. -------------------------------------------------------------------------------------------

void Http2Session::check_deadlines(Duration now) {
    Impl& impl = *impl_;
    impl.now = now;
    if (impl.breach) return;
    const HttpLimits& limits = impl.service.limits;
    if (!impl.has_settings && now - impl.idle_since >= limits.header_timeout) {
        impl.break_off(CloseCause::idle, "no settings came", NGHTTP2_SETTINGS_TIMEOUT);
        return;
    }
    if (impl.in_header_block && now - impl.header_since >= limits.header_timeout) {
        impl.break_off(CloseCause::slow_header, "a header took too long");
        return;
    }
    std::vector<std::int32_t> ids;
    ids.reserve(impl.streams.size());
    for (const auto& [id, stream] : impl.streams) ids.push_back(id);
    for (const std::int32_t id : ids)
        if (Http2Stream* stream = impl.find(id)) impl.check_stream(id, *stream);
    if (impl.is_stopping) {
        if (impl.streams.empty() && now - impl.stop_since >= http2_stop_patience)
            impl.say_last_goaway();
    } else if (impl.is_at_ease() && now - impl.idle_since >= limits.idle_timeout) {
        impl.break_off(CloseCause::idle, "idle", NGHTTP2_NO_ERROR);
    }
}

void Http2Session::Impl::check_stream(std::int32_t id, Http2Stream& stream) {
    const HttpLimits& limits = service.limits;
    switch (stream.phase) {
        case Http2Stream::Phase::body:
            if (withheld_bytes > 0) {  // it is us who let it wait
                stream.since = now;
            } else if (now - stream.since >=
                       limits.body_grace +
                           time_for(stream.body.wire_bytes(), limits.body_bytes_per_second_min)) {
                refuse(id, stream, {RefusalCause::body_timeout, 408, "the body came too slowly"});
            }
            return;
        case Http2Stream::Phase::replying:
            if (check_stall(id, stream))
                break_off(CloseCause::window_stall, "no window was opened for an answer");
            else if (stream.pieces && now - stream.piece_since >= limits.idle_timeout)
                take_piece(id, stream, {}, true);
            return;
        case Http2Stream::Phase::head:     // see header_since
        case Http2Stream::Phase::waiting:  // takes as long as its owner needs
        case Http2Stream::Phase::running:
            return;
    }
}

/// Whether the client has not let us send at the slowest rate that is allowed, its windows being
/// shut. (What keeps the socket from taking bytes is looked at where the socket is.)
bool Http2Session::Impl::check_stall(std::int32_t id, Http2Stream& stream) {
    const bool is_shut = stream.unsent_bytes() > 0 &&
                         (nghttp2_session_get_stream_remote_window_size(session.get(), id) <= 0 ||
                          nghttp2_session_get_remote_window_size(session.get()) <= 0);
    if (!is_shut) {
        stream.is_stalled = false;
        return false;
    }
    if (!std::exchange(stream.is_stalled, true)) {
        stream.stalled_since = now;
        stream.sent_when_stalled = stream.sent_bytes;
    }
    return now - stream.stalled_since >=
           service.limits.write_timeout + time_for(stream.sent_bytes - stream.sent_when_stalled,
                                                   service.limits.body_bytes_per_second_min);
}

void Http2Session::begin_stop(Duration now) {
    Impl& impl = *impl_;
    impl.now = now;
    if (std::exchange(impl.is_stopping, true)) return;
    impl.stop_since = now;
    nghttp2_submit_shutdown_notice(impl.session.get());
    nghttp2_submit_ping(impl.session.get(), NGHTTP2_FLAG_NONE, nullptr);
    // A stream may go on for ever: who waits for more of it waits no longer.
    for (const auto& [id, stream] : impl.streams)
        if (stream->waits_for_source)
            nghttp2_submit_rst_stream(impl.session.get(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
}

/// Streams above this one are not answered, and their clients know it.
void Http2Session::Impl::say_last_goaway() {
    if (std::exchange(said_last_goaway, true)) return;
    nghttp2_submit_goaway(session.get(), NGHTTP2_FLAG_NONE,
                          nghttp2_session_get_last_proc_stream_id(session.get()), NGHTTP2_NO_ERROR,
                          nullptr, 0);
}

bool Http2Session::is_over() const {
    if (impl_->breach) return impl_->breach->is_told;
    return nghttp2_session_want_read(impl_->session.get()) == 0 &&
           nghttp2_session_want_write(impl_->session.get()) == 0;
}

bool Http2Session::wants_bytes() const { return !impl_->breach; }

bool Http2Session::is_receiving() const {
    return std::any_of(impl_->streams.begin(), impl_->streams.end(), [](const auto& entry) {
        const auto phase = entry.second->phase;
        return phase == Http2Stream::Phase::head || phase == Http2Stream::Phase::body;
    });
}

Http2Session::Http2Session(HttpService& service, std::function<void(std::uint32_t)> wake,
                           Duration now)
    : impl_(std::make_unique<Impl>(service, std::move(wake), now)) {}

Http2Session::~Http2Session() = default;

}  // namespace tomograph
