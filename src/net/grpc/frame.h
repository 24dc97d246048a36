#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tomograph {

/// Message codings that are taken, for `grpc-accept-encoding`.
inline constexpr std::string_view grpc_accepted_codings = "identity,gzip,deflate,zstd";

/// Before each message:
///
///   | compressed 0 or 1 : 8 | length : 32, highest byte first | message …
inline constexpr std::size_t grpc_prefix_bytes = 5;

struct GrpcPrefix {
    bool is_compressed = false;
    std::uint32_t length = 0;
};

/// Nothing when there are too few bytes, or when the first is neither 0 nor 1.
std::optional<GrpcPrefix> read_grpc_prefix(std::string_view bytes);
std::string grpc_prefix(std::size_t length, bool is_compressed);

/// What is wrong with a body that should be one message and is not; "" when it is one.
std::string_view check_grpc_body(std::string_view body);

}  // namespace tomograph
