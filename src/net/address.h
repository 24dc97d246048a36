#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tomograph {

/// A listener's address. `host` is a literal IPv4 or IPv6 address or `localhost`; no names are
/// looked up.
struct SocketAddress {
    std::string host;
    std::uint16_t port = 0;
    bool is_ipv6 = false;
};

/// Reads "127.0.0.1:2000", "[::1]:2000", "localhost:2000", ":2000" (all addresses).
Result<SocketAddress> parse_socket_address(std::string_view text);
std::string to_text(const SocketAddress& address);
bool is_loopback(const SocketAddress& address);

}  // namespace tomograph
