#include <algorithm>
#include <utility>

#include "base/log.h"
#include "net/grpc/status.h"
#include "net/http2/session_state.h"
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

}  // namespace

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

}  // namespace tomograph
