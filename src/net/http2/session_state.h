#pragma once

#include <nghttp2/nghttp2.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "net/http2/flood_guard.h"
#include "net/http2/frame_scan.h"
#include "net/http2/reply_fields.h"
#include "net/http2/session.h"
#include "net/http2/stream.h"

namespace tomograph {

/// The state of a session, for net/http2/session*.cpp alone: nothing else sees the library.
///
///   session.cpp          what the owner calls, and time
///   session_library.cpp  the library's session, and what it calls
///   session_intake.cpp   what comes in
///   session_replies.cpp  what goes out
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

    /// What the library calls for the bytes of a reply.
    static ssize_t on_read_reply(nghttp2_session*, std::int32_t id, std::uint8_t* into,
                                 std::size_t size, std::uint32_t* flags,
                                 nghttp2_data_source* source, void* user);

    int break_off(CloseCause cause, std::string_view reason,
                  std::uint32_t code = NGHTTP2_ENHANCE_YOUR_CALM);
    bool count_control_frame();
    void take_head(std::int32_t id, Http2Stream& stream, bool is_whole);
    void take_body(std::int32_t id, Http2Stream& stream);
    void take_piece(std::int32_t id, Http2Stream& stream, std::string_view bytes, bool is_last);
    void reset_refused(std::int32_t id, RefusalCause cause);
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

    /// The library's own, with its callbacks set to the above. errors: throws bad_alloc
    static nghttp2_session* make_library_session(Impl* impl);

    Http2Stream* find(std::int32_t id) {
        const auto found = streams.find(id);
        return found == streams.end() ? nullptr : found->second.get();
    }

    HttpService& service;
    std::function<void(std::uint32_t)> wake;
    struct DeleteSession {
        void operator()(nghttp2_session* library) const { nghttp2_session_del(library); }
    };
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

/// The library makes names lower case and copies both when they are handed to it. Borrows.
std::vector<nghttp2_nv> to_library(const ReplyFields& fields);

}  // namespace tomograph
