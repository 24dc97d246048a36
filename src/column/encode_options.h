#pragma once

namespace tomograph::column {

/// How hard an encoder tries.
struct EncodeOptions {
    /// zstd's level: 1 when parts are first written, 3 when they are merged for good. Above that,
    /// shredded columns gain less than a hundredth.
    int zstd_level = 1;
};

}  // namespace tomograph::column
