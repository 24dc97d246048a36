#include "net/datagram_socket.h"

#include <fmt/format.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>

#include "net/socket_name.h"

namespace tomograph {

namespace {

Result<SocketName> unix_name(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path ||
        path.find('\0') != std::string::npos)
        return Error(ErrorCode::invalid,
                     fmt::format("socket path of {} bytes; 1 to {} are possible", path.size(),
                                 sizeof address.sun_path - 1));
    std::memcpy(address.sun_path, path.data(), path.size());
    SocketName name;
    std::memcpy(&name.storage, &address, sizeof address);
    name.size = sizeof address;
    return name;
}

Result<int> connect_name(const SocketName& name, const std::string& text) {
    const int descriptor =
        socket(name.storage.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return error_from_errno(ErrorCode::io, "socket");
    if (connect(descriptor, name.address(), name.size) != 0) {
        const Error error = error_from_errno(ErrorCode::unavailable, "connect to " + text);
        close(descriptor);
        return error;
    }
    return descriptor;
}

/// Leaves the path free, or says why it is not.
Result<void> clear_path(const SocketName& name, const std::string& path) {
    struct stat status{};
    if (lstat(path.c_str(), &status) != 0) return {};  // bind() will tell of anything but absence
    if (!S_ISSOCK(status.st_mode))
        return Error(ErrorCode::invalid, path + " is there and is not a socket");
    const auto peer = connect_name(name, path);
    if (peer) {
        close(*peer);
        return Error(ErrorCode::unavailable, path + " is in use by another process");
    }
    if (unlink(path.c_str()) != 0)
        return error_from_errno(ErrorCode::unavailable, "remove stale socket " + path);
    return {};
}

}  // namespace

Result<UnixSocket> bind_unix_datagrams(const std::string& path) {
    const SocketName name = TRY(unix_name(path));
    TRY(clear_path(name, path));
    const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return error_from_errno(ErrorCode::io, "socket");
    struct stat status{};
    if (bind(descriptor, name.address(), name.size) != 0 || stat(path.c_str(), &status) != 0) {
        const Error error = error_from_errno(ErrorCode::unavailable, "listen on " + path);
        close(descriptor);
        return error;
    }
    return UnixSocket{.socket = {descriptor, std::string(unix_scheme) + path},
                      .path = path,
                      .device = status.st_dev,
                      .inode = status.st_ino};
}

void remove_socket_file(const UnixSocket& socket) {
    struct stat status{};
    if (stat(socket.path.c_str(), &status) == 0 && status.st_dev == socket.device &&
        status.st_ino == socket.inode)
        unlink(socket.path.c_str());
}

Result<int> connect_datagrams(const std::string& address) {
    if (address.starts_with(unix_scheme)) {
        const std::string path = address.substr(unix_scheme.size());
        const SocketName name = TRY(unix_name(path));
        return connect_name(name, address);
    }
    SocketAddress peer = TRY(parse_socket_address(address));
    if (peer.host.empty()) peer.host = "localhost";
    return connect_name(to_socket_name(peer), address);
}

std::size_t ask_receive_buffer(int descriptor, std::size_t bytes) {
    const int wanted = static_cast<int>(std::min<std::size_t>(bytes, INT_MAX / 2));
    // Without CAP_NET_ADMIN: as much as net.core.rmem_max allows.
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
    int given = 0;
    socklen_t size = sizeof given;
    getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &given, &size);
    return static_cast<std::size_t>(given) / 2;  // the kernel doubles it for its own bookkeeping
}

std::optional<std::uint32_t> kernel_drops(int descriptor) {
    // Not SO_RXQ_OVFL: it tells of drops with the next datagram that gets through, so the end of a
    // burst would stay unknown. This is the same counter, asked for.
    std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
    socklen_t size = sizeof memory;
    if (getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, memory.data(), &size) != 0 ||
        size <= SK_MEMINFO_DROPS * sizeof(std::uint32_t))
        return {};
    return memory[SK_MEMINFO_DROPS];
}

}  // namespace tomograph
