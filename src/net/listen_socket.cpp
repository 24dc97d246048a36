#include "net/listen_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "net/limits.h"
#include "net/peer_address.h"

namespace tomograph {

namespace {

struct SocketName {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

SocketName ipv4_name(const char* host, std::uint16_t port) {
    SocketName name;
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(port);
    inet_pton(AF_INET, host, &ipv4.sin_addr);
    std::memcpy(&name.storage, &ipv4, sizeof ipv4);
    name.size = sizeof ipv4;
    return name;
}

SocketName ipv6_name(const char* host, std::uint16_t port) {
    SocketName name;
    sockaddr_in6 ipv6{};
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(port);
    inet_pton(AF_INET6, host, &ipv6.sin6_addr);
    std::memcpy(&name.storage, &ipv6, sizeof ipv6);
    name.size = sizeof ipv6;
    return name;
}

Result<BoundSocket> bind_name(const SocketName& name, int type, bool shares_port,
                              const std::string& text) {
    const auto fail = [&text](int descriptor) -> Error {
        const Error error = error_from_errno(ErrorCode::unavailable, "listen on " + text);
        if (descriptor >= 0) close(descriptor);
        return error;
    };
    const int descriptor = socket(name.storage.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return fail(-1);
    const int on = 1;
    const int off = 0;
    // A stopped server's connections in TIME_WAIT must not keep the next one from its port. Not for
    // datagrams: there it would let two processes share the port unawares.
    if (type == SOCK_STREAM) setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (shares_port && setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
        return fail(descriptor);
    // "[::]" takes IPv4 too, whatever the machine's default.
    if (name.storage.ss_family == AF_INET6)
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(descriptor, reinterpret_cast<const sockaddr*>(&name.storage), name.size) != 0)
        return fail(descriptor);
    if (type == SOCK_STREAM && listen(descriptor, listen_backlog) != 0) return fail(descriptor);

    SocketName bound;
    bound.size = sizeof bound.storage;
    if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound.storage), &bound.size) != 0)
        return fail(descriptor);
    return BoundSocket{descriptor, PeerAddress::from(bound.storage).to_text()};
}

}  // namespace

Result<BoundSocket> bind_socket(const SocketAddress& address, int type, bool shares_port) {
    const std::string text = to_text(address);
    const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
    if (address.is_ipv6)
        return bind_name(ipv6_name(host.c_str(), address.port), type, shares_port, text);
    if (!host.empty())
        return bind_name(ipv4_name(host.c_str(), address.port), type, shares_port, text);
    // All addresses: of both families, or of IPv4 where the kernel has no IPv6.
    auto both = bind_name(ipv6_name("::", address.port), type, shares_port, text);
    if (both || errno == EADDRINUSE) return both;
    return bind_name(ipv4_name("0.0.0.0", address.port), type, shares_port, text);
}

}  // namespace tomograph
