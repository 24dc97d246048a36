#include "net/peer_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace tomograph {

namespace {

constexpr std::array<std::uint8_t, 12> ipv4_mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_ipv4(const std::array<std::uint8_t, 16>& bytes) {
    return std::equal(ipv4_mapped.begin(), ipv4_mapped.end(), bytes.begin());
}

}  // namespace

PeerAddress PeerAddress::from(const sockaddr_storage& address) {
    PeerAddress peer;
    if (address.ss_family == AF_INET) {
        sockaddr_in ipv4{};
        std::memcpy(&ipv4, &address, sizeof ipv4);
        std::copy(ipv4_mapped.begin(), ipv4_mapped.end(), peer.bytes.begin());
        std::memcpy(peer.bytes.data() + ipv4_mapped.size(), &ipv4.sin_addr, 4);
        peer.port = ntohs(ipv4.sin_port);
    } else if (address.ss_family == AF_INET6) {
        sockaddr_in6 ipv6{};
        std::memcpy(&ipv6, &address, sizeof ipv6);
        std::memcpy(peer.bytes.data(), &ipv6.sin6_addr, 16);
        peer.port = ntohs(ipv6.sin6_port);
    }
    return peer;
}

std::string PeerAddress::to_text() const {
    if (is_ipv4(bytes))
        return fmt::format("{}.{}.{}.{}:{}", bytes[12], bytes[13], bytes[14], bytes[15], port);
    char text[INET6_ADDRSTRLEN] = {};
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
    return fmt::format("[{}]:{}", text, port);
}

std::string PeerAddress::host_key() const {
    const std::size_t size = is_ipv4(bytes) ? 16 : 8;
    return {reinterpret_cast<const char*>(bytes.data()), size};
}

}  // namespace tomograph
