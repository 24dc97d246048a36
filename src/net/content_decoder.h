#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace tomograph {

/// Undoes one Content-Encoding, piece by piece, in constant memory. The bounds on what comes out
/// are the sink's.
class ContentDecoder {
 public:
    /// Takes decoded bytes; false ends the decoding.
    using Sink = std::function<bool(std::string_view)>;
    enum class Status { ok, corrupt, refused_by_sink };

    virtual ~ContentDecoder() = default;

    /// Decodes all of `bytes`.
    virtual Status write(std::string_view bytes, const Sink& sink) = 0;
    /// True when what was written so far is whole; nothing at all is whole too.
    virtual bool is_whole() const = 0;
    /// Memory it holds.
    virtual std::uint64_t bytes() const = 0;
};

std::unique_ptr<ContentDecoder> make_gzip_decoder();
/// The "deflate" of HTTP: RFC 1950 (zlib). Raw deflate is refused as corrupt.
std::unique_ptr<ContentDecoder> make_deflate_decoder();
std::unique_ptr<ContentDecoder> make_zstd_decoder();

}  // namespace tomograph
