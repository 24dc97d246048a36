#include "net/listen_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "net/limits.h"
#include "net/peer_address.h"
#include "net/socket_name.h"

namespace tomograph {

namespace {

Result<BoundSocket> bind_name(const SocketName& name, int type, bool shares_port,
                              const std::string& text) {
    const auto fail = [&text](int descriptor) -> Error {
        const int cause = errno;
        const Error error = error_from_errno(ErrorCode::unavailable, "listen on " + text);
        if (descriptor >= 0) close(descriptor);
        errno = cause;  // bind_socket() looks at it
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
    if (bind(descriptor, name.address(), name.size) != 0) return fail(descriptor);
    if (type == SOCK_STREAM && listen(descriptor, listen_backlog) != 0) return fail(descriptor);

    SocketName bound;
    bound.size = sizeof bound.storage;
    if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound.storage), &bound.size) != 0)
        return fail(descriptor);
    return BoundSocket{descriptor, PeerAddress::from(bound.storage).to_text()};
}

}  // namespace

SocketName to_socket_name(const SocketAddress& address) {
    SocketName name;
    if (address.is_ipv6) {
        sockaddr_in6 ipv6{};
        ipv6.sin6_family = AF_INET6;
        ipv6.sin6_port = htons(address.port);
        inet_pton(AF_INET6, address.host.c_str(), &ipv6.sin6_addr);
        std::memcpy(&name.storage, &ipv6, sizeof ipv6);
        name.size = sizeof ipv6;
        return name;
    }
    const char* host = address.host == "localhost" ? "127.0.0.1" : address.host.c_str();
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(address.port);
    inet_pton(AF_INET, host, &ipv4.sin_addr);
    std::memcpy(&name.storage, &ipv4, sizeof ipv4);
    name.size = sizeof ipv4;
    return name;
}

Result<BoundSocket> bind_socket(const SocketAddress& address, int type, bool shares_port) {
    const std::string text = to_text(address);
    if (!address.host.empty()) return bind_name(to_socket_name(address), type, shares_port, text);
    // All addresses: of both families, or of IPv4 where the kernel has no IPv6.
    const SocketAddress both{.host = "::", .port = address.port, .is_ipv6 = true};
    auto bound = bind_name(to_socket_name(both), type, shares_port, text);
    if (bound || errno == EADDRINUSE) return bound;
    const SocketAddress ipv4_only{.host = "0.0.0.0", .port = address.port};
    return bind_name(to_socket_name(ipv4_only), type, shares_port, text);
}

}  // namespace tomograph
