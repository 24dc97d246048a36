#pragma once

#include <doctest/doctest.h>
#include <nghttp2/nghttp2.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "net/http2/frames.h"

namespace tomograph::http2 {

struct Reply {
    std::map<std::string, std::string> fields;  // of the header
    std::map<std::string, std::string> trailers;
    std::string body;
    bool is_whole = false;
    std::optional<std::uint32_t> reset;

    int status() const {
        const auto found = fields.find(":status");
        return found == fields.end() ? 0 : std::stoi(found->second);
    }
};

struct Goaway {
    std::uint32_t last_stream = 0;
    std::uint32_t code = 0;
    std::string reason;
};

/// What a server has said, put together.
class Replies {
 public:
    Replies() {
        nghttp2_hd_inflater* made = nullptr;
        REQUIRE(nghttp2_hd_inflate_new(&made) == 0);
        inflater_.reset(made);
    }

    void add(const Frame& frame) {
        Reply& reply = by_stream[frame.stream];
        switch (frame.type) {
            case headers: {
                auto fields = inflate(frame.payload);
                const auto status = fields.find(":status");
                if (status == fields.end())
                    reply.trailers = std::move(fields);
                else
                    reply.fields = std::move(fields);
                break;
            }
            case data:
                reply.body += frame.payload;
                break;
            case rst_stream:
                reply.reset = read_number(frame.payload);
                return;
            case goaway:
                last_goaway =
                    Goaway{read_number(frame.payload.substr(0, 4)),
                           read_number(frame.payload.substr(4, 4)), frame.payload.substr(8)};
                return;
            case ping:
                pings += (frame.flags & ack) != 0 ? 1 : 0;
                return;
            case settings:
                settings_seen += 1;
                return;
            case window_update:
                windows[frame.stream] += read_number(frame.payload);
                return;
            default:
                return;
        }
        if ((frame.flags & end_stream) != 0) reply.is_whole = true;
    }

    std::map<std::uint32_t, Reply> by_stream;
    std::map<std::uint32_t, std::uint64_t> windows;  // opened by so much
    std::optional<Goaway> last_goaway;
    int pings = 0;  // answered
    int settings_seen = 0;

 private:
    std::map<std::string, std::string> inflate(std::string_view block) {
        std::map<std::string, std::string> fields;
        const auto* at = reinterpret_cast<const std::uint8_t*>(block.data());
        std::size_t left = block.size();
        for (int flags = 0; (flags & NGHTTP2_HD_INFLATE_FINAL) == 0;) {
            nghttp2_nv field;
            const ssize_t used =
                nghttp2_hd_inflate_hd2(inflater_.get(), &field, &flags, at, left, 1);
            REQUIRE(used >= 0);
            at += used;
            left -= static_cast<std::size_t>(used);
            if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0)
                fields[std::string(reinterpret_cast<char*>(field.name), field.namelen)] =
                    std::string(reinterpret_cast<char*>(field.value), field.valuelen);
        }
        nghttp2_hd_inflate_end_headers(inflater_.get());
        return fields;
    }

    struct Delete {
        void operator()(nghttp2_hd_inflater* inflater) const { nghttp2_hd_inflate_del(inflater); }
    };
    std::unique_ptr<nghttp2_hd_inflater, Delete> inflater_;
};

}  // namespace tomograph::http2
