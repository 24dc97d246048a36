#include "net/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <charconv>

namespace tomograph {

namespace {

Error bad_address(std::string_view text, std::string_view why) {
    return {ErrorCode::invalid, fmt::format("address '{}': {}", text, why)};
}

bool is_ipv4_literal(const std::string& host) {
    in_addr parsed{};
    return inet_pton(AF_INET, host.c_str(), &parsed) == 1;
}

bool is_ipv6_literal(const std::string& host) {
    in6_addr parsed{};
    return inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

}  // namespace

Result<SocketAddress> parse_socket_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return bad_address(text, "expected host:port");

    SocketAddress address;
    const std::string_view port = text.substr(colon + 1);
    const auto [end, failed] =
        std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (failed != std::errc() || end != port.data() + port.size())
        return bad_address(text, "expected a port of 0 to 65535");

    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        address.host = host.substr(1, host.size() - 2);
        address.is_ipv6 = true;
        if (!is_ipv6_literal(address.host)) return bad_address(text, "not an IPv6 address");
        return address;
    }
    address.host = host;
    if (host.find(':') != std::string_view::npos)
        return bad_address(text, "an IPv6 address stands in brackets, as in [::1]:2000");
    if (!host.empty() && host != "localhost" && !is_ipv4_literal(address.host))
        return bad_address(text, "expected an IP address or localhost; names are not looked up");
    return address;
}

std::string to_text(const SocketAddress& address) {
    return address.is_ipv6 ? fmt::format("[{}]:{}", address.host, address.port)
                           : fmt::format("{}:{}", address.host, address.port);
}

bool is_loopback(const SocketAddress& address) {
    if (address.host == "localhost") return true;
    if (!address.is_ipv6) {
        in_addr parsed{};
        if (inet_pton(AF_INET, address.host.c_str(), &parsed) != 1) return false;
        return ntohl(parsed.s_addr) >> 24 == 127;
    }
    in6_addr parsed{};
    if (inet_pton(AF_INET6, address.host.c_str(), &parsed) != 1) return false;
    if (IN6_IS_ADDR_V4MAPPED(&parsed)) return parsed.s6_addr[12] == 127;
    return IN6_IS_ADDR_LOOPBACK(&parsed);
}

}  // namespace tomograph
