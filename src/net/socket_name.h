#pragma once

#include <sys/socket.h>

#include "net/address.h"

namespace tomograph {

/// An address as the kernel takes it.
struct SocketName {
    sockaddr_storage storage{};
    socklen_t size = 0;

    const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// host must not be "": that is not one address.
SocketName to_socket_name(const SocketAddress& address);

}  // namespace tomograph
