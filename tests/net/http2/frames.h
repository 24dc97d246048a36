#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tomograph::http2 {

// Frames by hand (RFC 9113, 4.1), so that tests may say what no client says.

enum Type : std::uint8_t {
    data = 0,
    headers = 1,
    priority = 2,
    rst_stream = 3,
    settings = 4,
    push_promise = 5,
    ping = 6,
    goaway = 7,
    window_update = 8,
    continuation = 9
};
constexpr std::uint8_t end_stream = 1;
constexpr std::uint8_t ack = 1;
constexpr std::uint8_t end_headers = 4;

inline constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The lowest `bytes` bytes, the highest first.
inline std::string number(std::uint32_t value, int bytes) {
    std::string out;
    for (int i = bytes - 1; i >= 0; --i)
        out += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
    return out;
}

inline std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                         std::string_view payload) {
    return number(static_cast<std::uint32_t>(payload.size()), 3) + number(type, 1) +
           number(flags, 1) + number(stream, 4) + std::string(payload);
}

/// A string of HPACK, not Huffman coded (RFC 7541, 5.2).
inline std::string hpack_text(std::string_view text) {
    std::string out;
    if (text.size() < 127) {
        out += static_cast<char>(text.size());
    } else {
        out += '\x7f';
        std::size_t rest = text.size() - 127;
        for (; rest >= 128; rest /= 128)
            out += static_cast<char>(static_cast<unsigned char>(128 + rest % 128));
        out += static_cast<char>(rest);
    }
    return out.append(text);
}

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Literals that no table remembers.
inline std::string hpack(const Fields& fields) {
    std::string out;
    for (const auto& [name, value] : fields)
        out += std::string(1, '\0') + hpack_text(name) + hpack_text(value);
    return out;
}

inline Fields request_fields(std::string_view method, std::string_view path,
                             const Fields& more = {}) {
    Fields all = {{":method", std::string(method)},
                  {":scheme", "http"},
                  {":path", std::string(path)},
                  {":authority", "localhost"}};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

/// HEADERS, whole.
inline std::string head(std::uint32_t stream, std::string_view method, std::string_view path,
                        bool is_end, const Fields& more = {}) {
    return frame(headers, is_end ? end_headers | end_stream : end_headers, stream,
                 hpack(request_fields(method, path, more)));
}

/// DATA in frames of 16 KiB at most, the last of which ends the stream.
inline std::string body(std::uint32_t stream, std::string_view bytes) {
    constexpr std::size_t step = 16U << 10;
    std::string out;
    while (bytes.size() > step) {
        out += frame(data, 0, stream, bytes.substr(0, step));
        bytes.remove_prefix(step);
    }
    return out + frame(data, end_stream, stream, bytes);
}

/// What a client says first.
inline std::string hello(std::string_view settings_payload = "") {
    return std::string(preface) + frame(settings, 0, 0, settings_payload);
}
inline std::string setting(std::uint32_t id, std::uint32_t value) {
    return number(id, 2) + number(value, 4);
}

struct Frame {
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::uint32_t stream = 0;
    std::string payload;
};

inline std::uint32_t read_number(std::string_view bytes) {
    std::uint32_t value = 0;
    for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
    return value;
}

/// Takes the whole frames off the front.
inline std::vector<Frame> take_frames(std::string& bytes) {
    std::vector<Frame> all;
    std::size_t at = 0;
    while (bytes.size() - at >= 9) {
        const std::string_view rest = std::string_view(bytes).substr(at);
        const std::size_t size = read_number(rest.substr(0, 3));
        if (rest.size() < 9 + size) break;
        all.push_back({static_cast<std::uint8_t>(rest[3]), static_cast<std::uint8_t>(rest[4]),
                       read_number(rest.substr(5, 4)) & 0x7fffffffU,
                       std::string(rest.substr(9, size))});
        at += 9 + size;
    }
    bytes.erase(0, at);
    return all;
}

}  // namespace tomograph::http2
