#include "column/zstd_block.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>

namespace tomograph::column {
namespace {

constexpr std::size_t sample_bytes_min = 1024;
constexpr std::size_t sample_window_bytes = 512;
constexpr std::size_t sample_windows = 4;
// Of 1 KiB of noise the entropy is estimated at 7.8 bits, of 2 KiB at 7.9; zstd's literals need
// less than 7 to pay.
constexpr double random_entropy_bits = 7.4;

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

std::string zstd_compress(std::string_view bytes, int level) {
    std::string frame(ZSTD_compressBound(bytes.size()), '\0');
    const std::size_t size = ZSTD_compressCCtx(compression_context(), frame.data(), frame.size(),
                                               bytes.data(), bytes.size(), level);
    ASSERT(!ZSTD_isError(size));  // the bound is enough by zstd's contract
    frame.resize(size);
    return frame;
}

Result<std::string> zstd_decompress(std::string_view frame, std::size_t raw_bytes) {
    std::string bytes(raw_bytes, '\0');
    TRY(zstd_decompress_into(frame, bytes));
    return bytes;
}

Result<void> zstd_decompress_into(std::string_view frame, std::span<char> out) {
    const std::size_t size = ZSTD_decompressDCtx(decompression_context(), out.data(), out.size(),
                                                 frame.data(), frame.size());
    if (ZSTD_isError(size))
        return Error(ErrorCode::corrupt, fmt::format("zstd: {}", ZSTD_getErrorName(size)));
    if (size != out.size())
        return Error(ErrorCode::corrupt,
                     fmt::format("zstd: {} bytes where {} belong", size, out.size()));
    return {};
}

bool looks_random(std::string_view bytes) {
    if (bytes.size() < sample_bytes_min) return false;
    std::array<std::uint32_t, 256> uses{};
    std::size_t repeats = 0;
    std::size_t seen = 0;
    const std::size_t step = bytes.size() / sample_windows;
    const std::size_t window = std::min(step, sample_window_bytes);
    for (std::size_t start = 0; start + window <= bytes.size(); start += step) {
        for (std::size_t i = start; i < start + window; ++i) {
            ++uses[static_cast<std::uint8_t>(bytes[i])];
            repeats += i > start && bytes[i] == bytes[i - 1];
        }
        seen += window;
    }
    if (repeats > seen / 32) return false;
    double entropy = std::log2(static_cast<double>(seen));
    for (const std::uint32_t count : uses)
        if (count > 1) entropy -= count * std::log2(count) / static_cast<double>(seen);
    return entropy > random_entropy_bits;
}

}  // namespace tomograph::column
