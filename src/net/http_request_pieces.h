#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace tomograph {

/// The body of a request that is handed over before it has come (HttpServerOptions::takes_pieces),
/// as it comes. What came before somebody asked for it is kept: the client's window bounds it.
/// Threads: the connection's.
class HttpRequestPieces {
 public:
    /// is_last  nothing follows: the client has ended its half, or was silent for too long
    /// false    what came makes no sense: the stream is to be reset
    using OnPiece = std::function<bool(std::string_view piece, bool is_last)>;

    /// Asks for what has come and will come. Once, from the handler, before it answers. Not called
    /// any more when the client has gone; what on_piece holds is let go then.
    void attach(OnPiece on_piece) {
        on_piece_ = std::move(on_piece);
        if (!kept_.empty() || is_ended_)
            makes_sense_ = on_piece_(std::exchange(kept_, {}), is_ended_);
    }

    // For the connection.
    // ---------------------------------------------------------------------------------------------

    void add(std::string_view piece, bool is_last) {
        if (is_ended_ || !makes_sense_) return;
        is_ended_ = is_last;
        bytes_ += piece.size();
        if (on_piece_)
            makes_sense_ = on_piece_(piece, is_last);
        else
            kept_ += piece;
    }
    bool makes_sense() const { return makes_sense_; }
    bool is_ended() const { return is_ended_; }
    /// Of the whole body so far.
    std::uint64_t bytes() const { return bytes_; }

 private:
    OnPiece on_piece_;
    std::string kept_;
    std::uint64_t bytes_ = 0;
    bool is_ended_ = false;
    bool makes_sense_ = true;
};

}  // namespace tomograph
