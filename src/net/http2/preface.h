#pragma once

#include <string_view>

namespace tomograph {

/// What a client that speaks HTTP/2 begins with (RFC 9113, 3.4). No HTTP/1.1 method is PRI.
inline constexpr std::string_view http2_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

enum class Preface { no, maybe, yes };

/// bytes  the first ones of a connection
constexpr Preface find_preface(std::string_view bytes) {
    if (bytes.size() < http2_preface.size())
        return http2_preface.starts_with(bytes) ? Preface::maybe : Preface::no;
    return bytes.starts_with(http2_preface) ? Preface::yes : Preface::no;
}

}  // namespace tomograph
