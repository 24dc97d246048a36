#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/listen_socket.h"

namespace tomograph {

/// A unix datagram address begins with this; what follows is a path.
constexpr std::string_view unix_scheme = "unix:";

/// A bound unix datagram socket and its file, which remove_socket_file() takes away again.
struct UnixSocket {
    BoundSocket socket;
    std::string path;
    std::uint64_t device = 0;  // of the file we made
    std::uint64_t inode = 0;
};

/// Replaces a socket file that no process listens on any more.
/// errors  invalid  a path too long, or of something that is not a socket
///         unavailable  someone listens there
Result<UnixSocket> bind_unix_datagrams(const std::string& path);
/// Removes the file if it is still the one that was made.
void remove_socket_file(const UnixSocket& socket);

/// A non-blocking socket that sends to the address; the caller owns the descriptor.
Result<int> connect_datagrams(const std::string& address);

/// Asks the kernel for that much room for datagrams, past its administrative limit if it lets us.
/// Returns what it gave.
std::size_t ask_receive_buffer(int descriptor, std::size_t bytes);
/// Datagrams the kernel has dropped at this socket so far, modulo 2^32; nothing when it does not
/// say.
std::optional<std::uint32_t> kernel_drops(int descriptor);

}  // namespace tomograph
