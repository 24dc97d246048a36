#pragma once

#include <array>
#include <cstdint>
#include <string>

struct sockaddr_storage;

namespace tomograph {

/// Who is at the other end. IPv4 is held as IPv4-mapped IPv6, so that one host has one form.
struct PeerAddress {
    std::array<std::uint8_t, 16> bytes{};
    std::uint16_t port = 0;

    static PeerAddress from(const sockaddr_storage& address);
    /// "127.0.0.1:51234", "[::1]:51234"
    std::string to_text() const;
    /// What one host can hold: an IPv4 address, or an IPv6 network of 64 bits.
    std::string host_key() const;
};

}  // namespace tomograph
