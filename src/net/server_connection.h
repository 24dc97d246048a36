#pragma once

#include <memory>
#include <string>

#include "base/time.h"
#include "net/accepted_socket.h"
#include "net/io_loop.h"
#include "net/transport.h"

namespace tomograph {

/// One client's connection on one loop, whatever it speaks. Every member on the loop's thread.
class ServerConnection {
 public:
    virtual ~ServerConnection() = default;

    virtual void start() = 0;
    /// Closes what has run out of time.
    virtual void check_deadline(Duration now) = 0;
    /// Ends it as soon as no request is being read, run or answered.
    virtual void begin_stop() = 0;
    virtual void close() = 0;
};

/// Holds connections; the connections tell it what becomes of them. On the loop's thread.
class ConnectionOwner {
 public:
    virtual ~ConnectionOwner() = default;
    /// It is closed. May drop its last owner.
    virtual void forget(ServerConnection& closed) = 0;
    /// `next` takes over the socket, and is started. May drop the last owner of `old`.
    virtual void replace(ServerConnection& old, std::shared_ptr<ServerConnection> next) = 0;
};

/// What a connection needs to speak, handed on when the client turns out to speak something else.
struct ConnectionSocket {
    std::shared_ptr<HttpService> service;
    IoLoop& loop;
    std::weak_ptr<ConnectionOwner> owner;
    std::shared_ptr<AcceptedSocket> accepted;  // its seat; the descriptor is below
    std::unique_ptr<WatchedDescriptor> descriptor;
    std::unique_ptr<Transport> transport{};
};

}  // namespace tomograph
