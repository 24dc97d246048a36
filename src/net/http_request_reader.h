#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "net/body_budget.h"
#include "net/http_message.h"
#include "net/http_refusal.h"
#include "net/http_server.h"

namespace tomograph {

/// Turns the bytes of one connection into requests, one after the other. Pure: no socket, no clock.
///
///   while (!bytes.empty() && reader.state() != complete && reader.state() != failed)
///       bytes.remove_prefix(reader.feed(bytes));
///
/// Strict where leniency lets two programs disagree about where a request ends: one framing only,
/// CRLF only, one Host, no folding, no blanks around names. Every bound of HttpLimits is kept
/// *while* reading: an oversized body is refused by its Content-Length, a bomb after the bytes that
/// show it to be one.
class HttpRequestReader {
 public:
    enum class State {
        idle,      ///< nothing of a request yet
        header,    ///< part of its header
        body,      ///< its header, part of its body
        complete,  ///< take() it
        failed,    ///< see refusal(); nothing more is read
    };

    /// limits and budget are borrowed.
    HttpRequestReader(const HttpLimits& limits, BodyBudget& budget);
    ~HttpRequestReader();

    /// Reads up to the end of the present request at most. Returns how many bytes it took: all of
    /// them unless the request is complete or failed.
    std::size_t feed(std::string_view bytes);

    State state() const;
    const HttpRefusal& refusal() const;
    /// True once per request whose client waits for "100 Continue" before it sends the body.
    bool take_expectation();
    /// Body bytes of the present request so far, as sent.
    std::uint64_t wire_body_bytes() const;

    /// The request, without peer_address and is_encrypted. Only when complete.
    HttpRequest take();
    /// Whether the client allows another request behind this one. Only when complete.
    bool keep_alive() const;
    /// Whether the client understands a chunked reply. As keep_alive().
    bool takes_chunks() const;
    /// Gives the body's budget back and starts over. Call when the request has been answered.
    void reset();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tomograph
