#pragma once

#include <string>

#include "base/result.h"
#include "net/address.h"

namespace tomograph {

struct BoundSocket {
    int descriptor = -1;
    std::string address;  ///< with the real port
};

/// A socket bound to the address, non-blocking, closed on exec; the caller owns the descriptor.
/// type           SOCK_STREAM (listening) or SOCK_DGRAM
/// shares_port    SO_REUSEPORT
/// errors         unavailable  the address is taken or not ours
Result<BoundSocket> bind_socket(const SocketAddress& address, int type, bool shares_port = false);

}  // namespace tomograph
