#include <exception>
#include <new>

#include "base/log.h"
#include "net/http2/session_state.h"

namespace tomograph {

namespace {

struct DeleteOption {
    void operator()(nghttp2_option* option) const { nghttp2_option_del(option); }
};
struct DeleteCallbacks {
    void operator()(nghttp2_session_callbacks* callbacks) const {
        nghttp2_session_callbacks_del(callbacks);
    }
};

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

nghttp2_session* make_session(Impl* impl) {
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
    return made;
}

}  // namespace

nghttp2_session* Http2Session::Impl::make_library_session(Impl* impl) { return make_session(impl); }

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

ssize_t Http2Session::Impl::on_read_reply(nghttp2_session*, std::int32_t id, std::uint8_t* into,
                                          std::size_t size, std::uint32_t* flags,
                                          nghttp2_data_source* source, void* user) {
    ssize_t read = 0;
    const int failed = guarded(user, [&](Impl& impl) {
        read = impl.read_reply(id, *static_cast<Http2Stream*>(source->ptr), {into, size}, *flags);
        return 0;
    });
    return failed != 0 ? failed : read;
}

}  // namespace tomograph
