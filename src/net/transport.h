#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace tomograph {

/// What one try to read or write came to.
struct IoResult {
    enum class State {
        done,        ///< `bytes` were moved
        want_read,   ///< try the same again when the descriptor is readable
        want_write,  ///< … when it is writable
        ended,       ///< the peer has closed its side
        failed,      ///< the connection is dead
    };
    State state = State::done;
    std::size_t bytes = 0;
};

/// A byte stream over a non-blocking socket, plain or TLS. HTTP/1.1 and HTTP/2 speak over it. Does
/// not own the descriptor and never waits.
class Transport {
 public:
    virtual ~Transport() = default;

    /// `done` when the stream may be used.
    virtual IoResult handshake() = 0;
    virtual IoResult read(std::span<char> into) = 0;
    /// Whether a read would give something, without taking it: `done`, `want_read`, `ended`, …
    virtual IoResult peek() = 0;
    /// Writes from `first`, then `second`; as much as goes.
    virtual IoResult write(std::string_view first, std::string_view second) = 0;
    /// Whether a read could give more without the descriptor becoming readable, when the last one
    /// gave `last_bytes` of `room`.
    virtual bool may_have_more(std::size_t last_bytes, std::size_t room) const = 0;
    /// Says that nothing more will be written.
    virtual void end_writing() = 0;
    virtual bool is_encrypted() const = 0;
    /// What was agreed on in the handshake (ALPN): "h2", "http/1.1", or "" when nothing was.
    virtual std::string_view protocol() const = 0;
};

std::unique_ptr<Transport> make_plain_transport(int descriptor);

}  // namespace tomograph
