#include "net/grpc/frame.h"

namespace tomograph {

std::optional<GrpcPrefix> read_grpc_prefix(std::string_view bytes) {
    if (bytes.size() < grpc_prefix_bytes || static_cast<unsigned char>(bytes[0]) > 1) return {};
    GrpcPrefix prefix{.is_compressed = bytes[0] == 1, .length = 0};
    for (const char c : bytes.substr(1, 4))
        prefix.length = prefix.length << 8U | static_cast<unsigned char>(c);
    return prefix;
}

std::string grpc_prefix(std::size_t length, bool is_compressed) {
    std::string out(1, is_compressed ? '\1' : '\0');
    for (int shift = 24; shift >= 0; shift -= 8)
        out +=
            static_cast<char>(static_cast<unsigned char>(length >> static_cast<unsigned>(shift)));
    return out;
}

std::string_view check_grpc_body(std::string_view body) {
    if (body.empty()) return "a call without a message";
    const auto prefix = read_grpc_prefix(body);
    if (!prefix)
        return body.size() < grpc_prefix_bytes ? "a message's prefix is cut short"
                                               : "a message's flag is neither 0 nor 1";
    const std::size_t size = body.size() - grpc_prefix_bytes;
    if (size < prefix->length) return "a message is shorter than its prefix says";
    if (size > prefix->length) return "more than one message in a unary call";
    return {};
}

}  // namespace tomograph
