#include "column/zstd_block.h"

#include <fmt/format.h>
#include <zstd.h>

#include <memory>

namespace tomograph::column {
namespace {

constexpr int level = 1;

struct FreeContext {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// Making a context costs more than compressing a small chunk with it.
ZSTD_CCtx* compression_context() {
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
    ASSERT(context != nullptr);
    return context.get();
}

ZSTD_DCtx* decompression_context() {
    thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
    ASSERT(context != nullptr);
    return context.get();
}

}  // namespace

std::string zstd_compress(std::string_view bytes) {
    std::string frame(ZSTD_compressBound(bytes.size()), '\0');
    const std::size_t size = ZSTD_compressCCtx(compression_context(), frame.data(), frame.size(),
                                               bytes.data(), bytes.size(), level);
    ASSERT(!ZSTD_isError(size));  // the bound is enough by zstd's contract
    frame.resize(size);
    return frame;
}

Result<std::string> zstd_decompress(std::string_view frame, std::size_t raw_bytes) {
    std::string bytes(raw_bytes, '\0');
    const std::size_t size = ZSTD_decompressDCtx(decompression_context(), bytes.data(),
                                                 bytes.size(), frame.data(), frame.size());
    if (ZSTD_isError(size))
        return Error(ErrorCode::corrupt, fmt::format("zstd: {}", ZSTD_getErrorName(size)));
    if (size != raw_bytes)
        return Error(ErrorCode::corrupt,
                     fmt::format("zstd: {} bytes where {} belong", size, raw_bytes));
    return bytes;
}

}  // namespace tomograph::column
