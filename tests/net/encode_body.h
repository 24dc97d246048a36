#pragma once

#include <zlib.h>
#include <zstd.h>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace tomograph {

/// bits  31 gzip, 15 zlib, -15 raw deflate
inline std::string encode_zlib(std::string_view text, int bits) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, bits, 9, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

inline std::string encode_gzip(std::string_view text) { return encode_zlib(text, 31); }

inline std::string encode_zstd(std::string_view text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    const std::size_t size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3);
    REQUIRE(ZSTD_isError(size) == 0);
    out.resize(size);
    return out;
}

/// 100 MiB of zeros in 100 kB (zstd: 5 kB): members of 1 MiB, because compressing all of it takes
/// half a second.
inline std::string repeat_hundred_times(const std::string& member) {
    std::string bomb;
    for (int i = 0; i < 100; ++i) bomb += member;
    return bomb;
}
inline std::string gzip_bomb() {
    return repeat_hundred_times(encode_gzip(std::string(1 << 20, '\0')));
}
inline std::string zstd_bomb() {
    return repeat_hundred_times(encode_zstd(std::string(1 << 20, '\0')));
}

}  // namespace tomograph
