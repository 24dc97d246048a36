#include <charconv>
#include <utility>

#include "net/grpc/frame.h"
#include "net/grpc/status.h"
#include "net/http2/reply_fields.h"
#include "net/http2/session_state.h"
#include "net/limits.h"

namespace tomograph {

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
    if (stream != nullptr && stream->pieces) {
        take_piece(id, *stream, bytes, false);
        return 0;
    }
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
    if (is_end && stream->pieces) take_piece(id, *stream, {}, true);
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
    if (service.takes_pieces && service.takes_pieces(request)) {
        stream.pieces = std::make_shared<HttpRequestPieces>();
        stream.piece_since = now;
        stream.phase = Http2Stream::Phase::waiting;
        whole.push_back(id);
    }
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

/// To whoever takes the body as it comes. A stream may be older than it is long: its silence is
/// bounded by the idle time-out, its length by what a body may have.
void Http2Session::Impl::take_piece(std::int32_t id, Http2Stream& stream, std::string_view bytes,
                                    bool is_last) {
    stream.piece_since = now;
    const bool is_short_enough =
        stream.pieces->bytes() + bytes.size() <= service.limits.wire_body_bytes_max;
    if (is_short_enough) stream.pieces->add(bytes, is_last);
    if (is_short_enough && stream.pieces->makes_sense()) return open_windows(id, bytes.size());
    nghttp2_session_consume_connection(session.get(), bytes.size());
    reset_refused(id, is_short_enough ? RefusalCause::malformed : RefusalCause::wire_body_bytes);
}

/// A stream whose reply has begun cannot be told more than that.
void Http2Session::Impl::reset_refused(std::int32_t id, RefusalCause cause) {
    service.metrics.count(cause);
    nghttp2_submit_rst_stream(session.get(), NGHTTP2_FLAG_NONE, id, NGHTTP2_PROTOCOL_ERROR);
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

}  // namespace tomograph
