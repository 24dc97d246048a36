#include "net/http2/session.h"

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <unordered_map>

#include "base/assert.h"
#include "base/log.h"
#include "net/grpc/frame.h"
#include "net/grpc/status.h"
#include "net/http2/flood_guard.h"
#include "net/http2/frame_scan.h"
#include "net/http2/goaway.h"
#include "net/http2/reply_fields.h"
#include "net/http2/stream.h"
#include "net/http_reply_writer.h"
#include "net/limits.h"

namespace tomograph {

namespace {

/// Codes of RST_STREAM that say that the client did something wrong.
bool is_clients_fault(std::uint32_t code) {
    switch (code) {
        case NGHTTP2_PROTOCOL_ERROR:
        case NGHTTP2_FLOW_CONTROL_ERROR:
        case NGHTTP2_STREAM_CLOSED:
        case NGHTTP2_FRAME_SIZE_ERROR:
        case NGHTTP2_COMPRESSION_ERROR:
            return true;
        default:
            return false;
    }
}

Duration time_for(std::uint64_t bytes, std::uint64_t bytes_per_second) {
    return Duration::milliseconds(
        static_cast<std::int64_t>(bytes * 1000 / std::max<std::uint64_t>(bytes_per_second, 1)));
}

/// The library makes names lower case and copies both when they are handed to it. Borrows.
std::vector<nghttp2_nv> to_library(const ReplyFields& fields) {
    const auto bytes = [](std::string_view text) {
        return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    };
    std::vector<nghttp2_nv> all;
    all.reserve(fields.all().size());
    for (const auto& [name, value] : fields.all())
        all.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
    return all;
}

struct DeleteSession {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
};
struct DeleteOption {
    void operator()(nghttp2_option* option) const { nghttp2_option_del(option); }
};
struct DeleteCallbacks {
    void operator()(nghttp2_session_callbacks* callbacks) const {
        nghttp2_session_callbacks_del(callbacks);
    }
};

}  // namespace

struct Http2Session::Impl {
    Impl(HttpService& service_in, std::function<void(std::uint32_t)> wake_in, Duration now_in);
    ~Impl();

    struct Breach {
        CloseCause cause;
        std::uint32_t code;
        std::string_view reason;
        bool is_told = false;
    };

    bool count_frame(const Http2FrameHead& head);
    void hand_over(std::string_view bytes);

    // What nghttp2 tells. 0, or an error of nghttp2's.
    int on_begin_headers(const nghttp2_frame& frame);
    int on_header(const nghttp2_frame& frame, std::string_view name, std::string_view value);
    int on_data(std::int32_t id, std::string_view bytes);
    int on_frame(const nghttp2_frame& frame);
    int on_sent(const nghttp2_frame& frame);
    int on_closed(std::int32_t id);
    ssize_t read_reply(std::int32_t id, Http2Stream& stream, std::span<std::uint8_t> into,
                       std::uint32_t& flags);

    int break_off(CloseCause cause, std::string_view reason,
                  std::uint32_t code = NGHTTP2_ENHANCE_YOUR_CALM);
    bool count_control_frame();
    void take_head(std::int32_t id, Http2Stream& stream, bool is_whole);
    void take_body(std::int32_t id, Http2Stream& stream);
    void open_windows(std::int32_t id, std::size_t bytes);
    void open_connection_window();
    void refuse(std::int32_t id, Http2Stream& stream, const HttpRefusal& refusal);
    HttpReply refusal_reply(const Http2Stream& stream, int status, std::string_view sentence) const;
    void send(std::int32_t id, Http2Stream& stream, HttpReply reply);
    void let_go(Http2Stream& stream);
    void check_stream(std::int32_t id, Http2Stream& stream);
    bool check_stall(std::int32_t id, Http2Stream& stream);
    void say_last_goaway();
    std::uint64_t unsent_bytes() const;
    bool is_at_ease() const { return streams.empty() && running_lost == 0; }

    Http2Stream* find(std::int32_t id) {
        const auto found = streams.find(id);
        return found == streams.end() ? nullptr : found->second.get();
    }

    HttpService& service;
    std::function<void(std::uint32_t)> wake;
    std::unique_ptr<nghttp2_session, DeleteSession> session;
    Duration now;
    Http2FrameScan scan;
    Http2FloodGuard floods;
    std::optional<Breach> breach;
    std::unordered_map<std::int32_t, std::unique_ptr<Http2Stream>> streams;
    std::deque<std::int32_t> whole;  // requests for next_request(), some of them reset meanwhile
    std::uint32_t running = 0;
    std::uint32_t running_lost = 0;  // requests whose stream was reset while their handler runs
    std::uint64_t held_bytes = 0;    // bodies with handlers
    std::size_t withheld_bytes = 0;  // of the connection's window

    bool has_settings = false;
    bool is_client_leaving = false;
    bool in_header_block = false;
    Duration header_since;
    std::uint64_t header_block_bytes = 0;  // decoded
    std::size_t continuations = 0;
    Duration idle_since;
    bool is_stopping = false;
    bool said_last_goaway = false;
    Duration stop_since;
};

namespace {

using Impl = Http2Session::Impl;

/// nghttp2 is C: nothing may be thrown through it.
template <class Call>
int guarded(void* user, const Call& call) {
    try {
        return call(*static_cast<Impl*>(user));
    } catch (const std::exception& thrown) {
        log_error("HTTP/2 session failed", {{"error", thrown.what()}});
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
}

std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    return guarded(user, [&](Impl& impl) { return impl.on_begin_headers(*frame); });
}
int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
              std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
              std::uint8_t, void* user) {
    return guarded(user, [&](Impl& impl) {
        return impl.on_header(*frame, text_of(name, name_size), text_of(value, value_size));
    });
}
/// nghttp2 would leave out some fields that are not well formed; we take none of their request.
int on_invalid_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t*, std::size_t,
                      const std::uint8_t*, std::size_t, std::uint8_t, void*) {
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}
/// Clients of grpc-go say goodbye with a stream of their own (grpc-go 1.85, Close), which the
/// library does not take; the connection ends as they wish.
int on_invalid_frame(nghttp2_session*, const nghttp2_frame* frame, int, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY) static_cast<Impl*>(user)->is_client_leaving = true;
    return 0;
}
int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
            std::size_t size, void* user) {
    return guarded(user, [&](Impl& impl) { return impl.on_data(id, text_of(bytes, size)); });
}
int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    return guarded(user, [&](Impl& impl) { return impl.on_frame(*frame); });
}
int on_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    return guarded(user, [&](Impl& impl) { return impl.on_sent(*frame); });
}
int on_closed(nghttp2_session*, std::int32_t id, std::uint32_t, void* user) {
    return guarded(user, [&](Impl& impl) { return impl.on_closed(id); });
}
ssize_t on_read_reply(nghttp2_session*, std::int32_t id, std::uint8_t* into, std::size_t size,
                      std::uint32_t* flags, nghttp2_data_source* source, void* user) {
    ssize_t read = 0;
    const int failed = guarded(user, [&](Impl& impl) {
        read = impl.read_reply(id, *static_cast<Http2Stream*>(source->ptr), {into, size}, *flags);
        return 0;
    });
    return failed != 0 ? failed : read;
}

std::unique_ptr<nghttp2_session, DeleteSession> make_session(Impl* impl) {
    nghttp2_session_callbacks* callbacks_made = nullptr;
    nghttp2_option* option_made = nullptr;
    nghttp2_session* made = nullptr;
    if (nghttp2_session_callbacks_new(&callbacks_made) != 0) throw std::bad_alloc();
    const std::unique_ptr<nghttp2_session_callbacks, DeleteCallbacks> callbacks(callbacks_made);
    if (nghttp2_option_new(&option_made) != 0) throw std::bad_alloc();
    const std::unique_ptr<nghttp2_option, DeleteOption> option(option_made);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks_made, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks_made, on_header);
    nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks_made, on_invalid_header);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks_made, on_invalid_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks_made, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks_made, on_frame);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks_made, on_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks_made, on_closed);
    nghttp2_option_set_no_auto_window_update(option_made, 1);
    nghttp2_option_set_no_closed_streams(option_made, 1);
    if (nghttp2_session_server_new2(&made, callbacks_made, impl, option_made) != 0)
        throw std::bad_alloc();
    return std::unique_ptr<nghttp2_session, DeleteSession>(made);
}

}  // namespace

Http2Session::Impl::Impl(HttpService& service_in, std::function<void(std::uint32_t)> wake_in,
                         Duration now_in)
    : service(service_in),
      wake(std::move(wake_in)),
      session(make_session(this)),
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

// What comes in. ----------------------------------------------------------------------------------

int Http2Session::Impl::break_off(CloseCause cause, std::string_view reason, std::uint32_t code) {
    if (!breach) {
        breach = Breach{cause, code, reason};
        service.metrics.count(cause);
    }
    return NGHTTP2_ERR_CALLBACK_FAILURE;
}

bool Http2Session::Impl::count_control_frame() {
    if (floods.count_control_frame(now)) return true;
    break_off(CloseCause::control_flood, "too many frames that ask for nothing");
    return false;
}

/// False when it is one too many.
bool Http2Session::Impl::count_frame(const Http2FrameHead& head) {
    switch (head.type) {
        case NGHTTP2_DATA:
            if ((head.flags & NGHTTP2_FLAG_END_STREAM) == 0 && head.length < http2_small_data_bytes)
                return count_control_frame();
            return true;
        case NGHTTP2_HEADERS:
            in_header_block = true;
            header_since = now;
            header_block_bytes = 0;
            continuations = 0;
            return true;
        case NGHTTP2_CONTINUATION:
            if (++continuations <= http2_continuations_max) return true;
            break_off(CloseCause::header_flood, "a header block without end");
            return false;
        case NGHTTP2_RST_STREAM:
            if (floods.count_reset(now)) return true;
            break_off(CloseCause::reset_flood, "too many streams reset");
            return false;
        default:
            return count_control_frame();
    }
}

int Http2Session::Impl::on_begin_headers(const nghttp2_frame& frame) {
    if (frame.hd.type != NGHTTP2_HEADERS || frame.headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    const std::int32_t id = frame.hd.stream_id;
    if (streams.size() + running_lost >= http2_streams_max)
        return nghttp2_submit_rst_stream(session.get(), NGHTTP2_FLAG_NONE, id,
                                         NGHTTP2_REFUSED_STREAM);
    streams.emplace(id, std::make_unique<Http2Stream>(service.limits, service.budget));
    return 0;
}

int Http2Session::Impl::on_header(const nghttp2_frame& frame, std::string_view name,
                                  std::string_view value) {
    header_block_bytes += name.size() + value.size() + 32;
    if (header_block_bytes > http2_header_bomb_factor * service.limits.header_bytes_max)
        return break_off(CloseCause::header_flood, "a header block without end");
    if (frame.hd.type != NGHTTP2_HEADERS || frame.headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    if (Http2Stream* stream = find(frame.hd.stream_id))
        stream->head.add(name, value, service.limits);
    return 0;
}

int Http2Session::Impl::on_data(std::int32_t id, std::string_view bytes) {
    Http2Stream* stream = find(id);
    if (stream == nullptr || stream->phase != Http2Stream::Phase::body) {
        // Refused: the stream's window stays as it is, others may go on.
        nghttp2_session_consume_connection(session.get(), bytes.size());
        return 0;
    }
    HttpBody::Step refused;
    if (stream->is_grpc && stream->body.wire_bytes() == 0) {
        // Its message's length is said before it: what is too long need not come, and room is made
        // once.
        if (const auto prefix = read_grpc_prefix(bytes))
            refused = stream->body.expect(grpc_prefix_bytes + std::uint64_t{prefix->length});
    }
    if (!refused) refused = stream->body.append(bytes);
    if (refused) {
        nghttp2_session_consume_connection(session.get(), bytes.size());
        refuse(id, *stream, *refused);
        return 0;
    }
    open_windows(id, bytes.size());
    return 0;
}

void Http2Session::Impl::open_windows(std::int32_t id, std::size_t bytes) {
    nghttp2_session_consume_stream(session.get(), id, bytes);
    withheld_bytes += bytes;
    open_connection_window();
}

void Http2Session::Impl::open_connection_window() {
    if (withheld_bytes == 0 || held_bytes > http2_unanswered_bytes_max) return;
    nghttp2_session_consume_connection(session.get(), std::exchange(withheld_bytes, 0));
}

int Http2Session::Impl::on_frame(const nghttp2_frame& frame) {
    const bool is_end = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame.hd.type) {
        case NGHTTP2_SETTINGS:
            if (!std::exchange(has_settings, true)) idle_since = now;
            return 0;
        case NGHTTP2_PING:
            // The client has read that we stop, and what it sent before that has come.
            if ((frame.hd.flags & NGHTTP2_FLAG_ACK) != 0 && is_stopping) say_last_goaway();
            return 0;
        case NGHTTP2_HEADERS:
            in_header_block = false;
            break;
        case NGHTTP2_DATA:
            break;
        default:
            return 0;
    }
    const std::int32_t id = frame.hd.stream_id;
    Http2Stream* stream = find(id);
    if (stream == nullptr) return 0;
    if (stream->phase == Http2Stream::Phase::head) take_head(id, *stream, is_end);
    if (is_end && stream->phase == Http2Stream::Phase::body) take_body(id, *stream);
    return 0;
}

/// The header is whole: is_whole says that nothing follows it.
void Http2Session::Impl::take_head(std::int32_t id, Http2Stream& stream, bool is_whole) {
    floods.earn(now);
    stream.phase = Http2Stream::Phase::body;
    stream.since = now;
    auto refused = stream.head.finish();
    const HttpRequest& request = stream.head.request();
    stream.is_head = request.method == "HEAD";
    stream.is_grpc = is_grpc(request.header("content-type"));
    for (const HttpHeader& header : request.headers) {
        if (refused) break;
        if (header.name == "content-encoding") refused = stream.body.add_codings(header.value);
    }
    if (const auto length = request.header("content-length"); !refused && !length.empty()) {
        std::uint64_t bytes = 0;
        const auto read = std::from_chars(length.data(), length.data() + length.size(), bytes);
        if (read.ec == std::errc()) refused = stream.body.expect(bytes);
    }
    if (refused) return refuse(id, stream, *refused);
    if (is_whole || !stream.head.expects_continue()) return;
    static const std::vector<HttpHeader> status_100 = {{":status", "100"}};
    const auto go_on = to_library(ReplyFields(status_100));
    nghttp2_submit_headers(session.get(), NGHTTP2_FLAG_NONE, id, nullptr, go_on.data(),
                           go_on.size(), nullptr);
}

void Http2Session::Impl::take_body(std::int32_t id, Http2Stream& stream) {
    if (const auto refused = stream.body.finish()) return refuse(id, stream, *refused);
    stream.phase = Http2Stream::Phase::waiting;
    whole.push_back(id);
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
        request.is_client_gone = [gone = stream->is_client_gone] { return gone->load(); };
        stream->held_bytes = request.body.size();
        impl.held_bytes += stream->held_bytes;
        return Request{static_cast<std::uint32_t>(id), std::move(request)};
    }
    return {};
}

// What goes out. ----------------------------------------------------------------------------------

void Http2Session::Impl::refuse(std::int32_t id, Http2Stream& stream, const HttpRefusal& refusal) {
    service.metrics.count(refusal.cause);
    send(id, stream, refusal_reply(stream, refusal.status, refusal.sentence));
}

/// Clients of gRPC look for its status, not for HTTP's.
HttpReply Http2Session::Impl::refusal_reply(const Http2Stream& stream, int status,
                                            std::string_view sentence) const {
    if (!stream.is_grpc) return service.refusal_reply(status, sentence);
    return to_http({.status = grpc_status_of_http(status),
                    .message = {},
                    .sentence = std::string(sentence),
                    .details = {}});
}

std::uint64_t Http2Session::Impl::unsent_bytes() const {
    std::uint64_t bytes = 0;
    for (const auto& [id, stream] : streams) bytes += stream->unsent_bytes();
    return bytes;
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
}

void Http2Session::Impl::send(std::int32_t id, Http2Stream& stream, HttpReply reply) {
    held_bytes -= std::exchange(stream.held_bytes, 0);
    open_connection_window();
    stream.body.reset();
    if (!is_sendable(reply)) {
        log_error("HTTP reply is not sendable", {{"status", reply.status}});
        reply = service.refusal_reply(500, "the answer could not be put into HTTP");
        if (!is_sendable(reply)) reply = HttpReply{.status = 500, .headers = {}, .body = {}};
    }
    service.metrics.count_status(reply.status);
    stream.phase = Http2Stream::Phase::replying;
    stream.since = now;
    stream.sent_bytes = 0;
    const ReplyFields reply_fields(reply);
    const auto fields = to_library(reply_fields);
    const bool has_body = !stream.is_head && status_has_body(reply.status) &&
                          (!reply.body.empty() || reply.stream || !reply.trailers.empty());
    if (has_body) {
        stream.out = std::move(reply.body);
        stream.source = std::move(reply.stream);
        stream.trailers = std::move(reply.trailers);
        if (stream.source)
            stream.source->attach(
                [wake_it = wake, number = static_cast<std::uint32_t>(id)] { wake_it(number); });
    }
    nghttp2_data_provider provider{};
    provider.source.ptr = &stream;
    provider.read_callback = on_read_reply;
    const int failed = nghttp2_submit_response(session.get(), id, fields.data(), fields.size(),
                                               has_body ? &provider : nullptr);
    if (failed != 0)
        nghttp2_submit_rst_stream(session.get(), NGHTTP2_FLAG_NONE, id, NGHTTP2_INTERNAL_ERROR);
}

/// The next bytes of a reply, its end, or that there are none yet.
ssize_t Http2Session::Impl::read_reply(std::int32_t id, Http2Stream& stream,
                                       std::span<std::uint8_t> into, std::uint32_t& flags) {
    if (stream.unsent_bytes() == 0 && stream.source) {
        auto pieces = stream.source->take();
        if (!pieces) {
            stream.source.reset();
        } else if (pieces->empty()) {
            if (service.stopping) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
            stream.waits_for_source = true;
            return NGHTTP2_ERR_DEFERRED;
        } else {
            stream.out = *std::move(pieces);
            stream.out_at = 0;
        }
    }
    const std::size_t size = std::min<std::size_t>(stream.unsent_bytes(), into.size());
    std::copy_n(stream.out.data() + stream.out_at, size, into.data());
    stream.out_at += size;
    stream.sent_bytes += size;
    if (stream.unsent_bytes() > 0 || stream.source) return static_cast<ssize_t>(size);
    flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!stream.trailers.empty()) {
        const auto fields = to_library(ReplyFields(stream.trailers));
        const int failed = nghttp2_submit_trailer(session.get(), id, fields.data(), fields.size());
        if (failed != 0) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
        flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    }
    return static_cast<ssize_t>(size);
}

void Http2Session::on_more(std::uint32_t stream_number, Duration now) {
    impl_->now = now;
    const auto id = static_cast<std::int32_t>(stream_number);
    Http2Stream* stream = impl_->find(id);
    if (stream == nullptr || !std::exchange(stream->waits_for_source, false)) return;
    stream->is_stalled = false;
    nghttp2_session_resume_data(impl_->session.get(), id);
}

int Http2Session::Impl::on_sent(const nghttp2_frame& frame) {
    switch (frame.hd.type) {
        case NGHTTP2_RST_STREAM:
            if (is_clients_fault(frame.rst_stream.error_code) && !floods.count_reset(now))
                break_off(CloseCause::reset_flood, "too many streams reset");
            return 0;
        case NGHTTP2_GOAWAY:
            if (frame.goaway.error_code != NGHTTP2_NO_ERROR && !breach && !is_client_leaving)
                service.metrics.count(CloseCause::protocol_error);
            return 0;
        case NGHTTP2_HEADERS:
        case NGHTTP2_DATA:
            floods.earn(now);
            break;
        default:
            return 0;
    }
    if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
    const std::int32_t id = frame.hd.stream_id;
    Http2Stream* stream = find(id);
    if (stream == nullptr) return 0;
    stream->is_answered = true;
    // Answered before it was read to its end: the client need not send the rest.
    if (nghttp2_session_get_stream_remote_close(session.get(), id) == 0)
        nghttp2_submit_rst_stream(session.get(), NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
    return 0;
}

int Http2Session::Impl::on_closed(std::int32_t id) {
    const auto found = streams.find(id);
    if (found == streams.end()) return 0;
    if (found->second->phase == Http2Stream::Phase::running) {
        --running;
        ++running_lost;
    }
    let_go(*found->second);
    streams.erase(found);
    open_connection_window();
    if (streams.empty()) idle_since = now;
    return 0;
}

/// The stream's end, in whatever phase.
void Http2Session::Impl::let_go(Http2Stream& stream) {
    held_bytes -= std::exchange(stream.held_bytes, 0);
    if (stream.is_answered) return;
    *stream.is_client_gone = true;
    const bool owes_reply =
        stream.phase != Http2Stream::Phase::head && stream.phase != Http2Stream::Phase::body;
    if (owes_reply) service.metrics.replies_lost.add();
}

void Http2Session::feed(std::string_view bytes, Duration now) {
    Impl& impl = *impl_;
    impl.now = now;
    while (!bytes.empty() && !impl.breach) {
        // Up to and with the next frame's head, which is counted before the library sees it.
        std::size_t used = 0;
        const auto head = impl.scan.next(bytes, used);
        if (head && !impl.count_frame(*head)) return;
        impl.hand_over(bytes.substr(0, used));
        bytes.remove_prefix(used);
    }
}

void Http2Session::Impl::hand_over(std::string_view bytes) {
    const ssize_t taken = nghttp2_session_mem_recv(
        session.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (taken >= 0 || breach) return;
    if (taken == NGHTTP2_ERR_FLOODED)
        break_off(CloseCause::control_flood, "too many frames to confirm");
    else if (taken == NGHTTP2_ERR_NOMEM || taken == NGHTTP2_ERR_CALLBACK_FAILURE)
        break_off(CloseCause::protocol_error, "internal error", NGHTTP2_INTERNAL_ERROR);
    else
        break_off(CloseCause::protocol_error, nghttp2_strerror(static_cast<int>(taken)),
                  NGHTTP2_PROTOCOL_ERROR);
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
        out.append(text_of(bytes, static_cast<std::size_t>(size)));
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
