#include <zstd.h>

#include "net/content_decoder.h"
#include "net/limits.h"

namespace tomograph {

namespace {

/// Frames that follow each other are one body, as RFC 8878 says.
class ZstdDecoder final : public ContentDecoder {
 public:
    Status write(std::string_view bytes, const Sink& sink) override {
        if (!context_) {
            context_.reset(ZSTD_createDCtx());
            if (!context_) return Status::corrupt;  // no memory: the body is refused
            ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, zstd_window_log_max);
        }
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        char step[decode_step_bytes];
        bool step_was_full = false;
        while (in.pos < in.size || step_was_full) {
            ZSTD_outBuffer out{step, sizeof step, 0};
            const std::size_t before = in.pos;
            const std::size_t hint = ZSTD_decompressStream(context_.get(), &out, &in);
            if (ZSTD_isError(hint) != 0) return Status::corrupt;
            if (in.pos > before || out.pos > 0) is_whole_ = hint == 0;
            if (out.pos > 0 && !sink({step, out.pos})) return Status::refused_by_sink;
            step_was_full = out.pos == out.size && hint != 0;
        }
        return Status::ok;
    }

    bool is_whole() const override { return is_whole_; }
    std::uint64_t bytes() const override { return context_ ? ZSTD_sizeof_DCtx(context_.get()) : 0; }

 private:
    struct Free {
        void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
    };
    std::unique_ptr<ZSTD_DCtx, Free> context_;
    bool is_whole_ = true;
};

}  // namespace

std::unique_ptr<ContentDecoder> make_zstd_decoder() { return std::make_unique<ZstdDecoder>(); }

}  // namespace tomograph
