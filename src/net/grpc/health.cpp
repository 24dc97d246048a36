#include "net/grpc/health.h"

#include <cstdint>

namespace tomograph {

namespace {

/// Takes a variable-length number off the front.
std::optional<std::uint64_t> take_number(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 127U) << shift;
        if (byte < 128) return value;
    }
    return {};
}

}  // namespace

std::optional<std::string> read_health_request(std::string_view message) {
    std::string service;
    while (!message.empty()) {
        const auto tag = take_number(message);
        if (!tag || *tag >> 3U == 0) return {};
        std::uint64_t size = 0;
        switch (*tag & 7U) {
            case 0:
                if (!take_number(message)) return {};
                continue;
            case 1:
                size = 8;
                break;
            case 5:
                size = 4;
                break;
            case 2:
                if (const auto length = take_number(message))
                    size = *length;
                else
                    return {};
                break;
            default:
                return {};
        }
        if (size > message.size()) return {};
        if (*tag == (1U << 3U | 2U)) service = message.substr(0, size);
        message.remove_prefix(size);
    }
    return service;
}

std::string health_response(bool is_serving) {
    return {'\x08', is_serving ? '\1' : '\2'};  // field 1, a number
}

}  // namespace tomograph
