#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/http2/request_head.h"
#include "net/http_body.h"
#include "net/http_body_stream.h"
#include "net/http_request_pieces.h"

namespace tomograph {

/// One request and its reply.
struct Http2Stream {
    Http2Stream(const HttpLimits& limits, BodyBudget& budget) : body(limits, budget) {}

    enum class Phase { head, body, waiting, running, replying };
    Phase phase = Phase::head;
    Duration since;  // the body began; the reply began or its stream gave something

    Http2RequestHead head;
    HttpBody body;
    std::uint64_t held_bytes = 0;               // of the body, with the handler
    std::shared_ptr<HttpRequestPieces> pieces;  // the body, where it is handed over as it comes
    Duration piece_since;                       // the last of them
    std::shared_ptr<std::atomic<bool>> is_client_gone = std::make_shared<std::atomic<bool>>(false);

    bool is_head = false;
    bool is_grpc = false;
    std::string out;  // of the reply's body, from out_at on
    std::size_t out_at = 0;
    std::shared_ptr<HttpBodyStream> source;  // what follows out
    bool waits_for_source = false;
    std::vector<HttpHeader> trailers;
    std::uint64_t sent_bytes = 0;
    bool is_answered = false;  // to its end
    // The client's window is shut, seen first at:
    bool is_stalled = false;
    Duration stalled_since;
    std::uint64_t sent_when_stalled = 0;

    std::uint64_t unsent_bytes() const { return out.size() - out_at; }
};

}  // namespace tomograph
