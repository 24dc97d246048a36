#include <zlib.h>

#include "net/content_decoder.h"
#include "net/limits.h"

namespace tomograph {

namespace {

constexpr int window_bits = 15;
constexpr int gzip_flag = 16;
constexpr std::uint64_t state_bytes = 48U << 10;  // zlib's manual: 44 kB for inflate

/// Members that follow each other are one body, as RFC 1952 says; anything else behind a member is
/// not.
class ZlibDecoder final : public ContentDecoder {
 public:
    explicit ZlibDecoder(int bits) : bits_(bits) {}
    ~ZlibDecoder() override {
        if (is_open_) inflateEnd(&stream_);
    }
    ZlibDecoder(const ZlibDecoder&) = delete;
    ZlibDecoder& operator=(const ZlibDecoder&) = delete;

    Status write(std::string_view bytes, const Sink& sink) override {
        if (!is_open_) {
            // Fails only for want of memory: the body is refused, the process lives.
            if (inflateInit2(&stream_, bits_) != Z_OK) return Status::corrupt;
            is_open_ = true;
        }
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        stream_.avail_in = static_cast<uInt>(bytes.size());
        char step[decode_step_bytes];
        bool step_was_full = false;
        while (stream_.avail_in > 0 || step_was_full) {
            if (at_boundary_) {
                if (stream_.avail_in == 0) break;
                if (any_ && inflateReset(&stream_) != Z_OK) return Status::corrupt;
                at_boundary_ = false;
                any_ = true;
            }
            stream_.next_out = reinterpret_cast<Bytef*>(step);
            stream_.avail_out = sizeof step;
            const int answer = inflate(&stream_, Z_NO_FLUSH);
            // Z_BUF_ERROR: the last step was filled to its end exactly and nothing is left.
            if (answer != Z_OK && answer != Z_STREAM_END && answer != Z_BUF_ERROR)
                return Status::corrupt;
            if (answer == Z_BUF_ERROR && stream_.avail_in > 0) return Status::corrupt;
            const std::size_t size = sizeof step - stream_.avail_out;
            if (size > 0 && !sink({step, size})) return Status::refused_by_sink;
            step_was_full = stream_.avail_out == 0;
            if (answer == Z_STREAM_END) {
                at_boundary_ = true;
                step_was_full = false;
            }
        }
        return Status::ok;
    }

    bool is_whole() const override { return at_boundary_; }
    std::uint64_t bytes() const override { return is_open_ ? state_bytes : 0; }

 private:
    int bits_;
    z_stream stream_{};
    bool is_open_ = false;
    bool at_boundary_ = true;  // between members
    bool any_ = false;         // a member has begun
};

}  // namespace

std::unique_ptr<ContentDecoder> make_gzip_decoder() {
    return std::make_unique<ZlibDecoder>(window_bits + gzip_flag);
}

std::unique_ptr<ContentDecoder> make_deflate_decoder() {
    return std::make_unique<ZlibDecoder>(window_bits);
}

}  // namespace tomograph
