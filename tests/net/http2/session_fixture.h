#pragma once

#include <string>
#include <vector>

#include "base/metrics.h"
#include "net/http2/replies.h"
#include "net/http2/session.h"

namespace tomograph {

/// A session with a clock that the test turns; requests wait until they are answered.
struct SessionFixture {
    explicit SessionFixture(HttpLimits limits = {}, const std::string& settings = "",
                            HttpTakesPieces takes_pieces = {})
        : service(
              limits, {},
              [](int status, std::string_view sentence) {
                  HttpReply reply;
                  reply.status = status;
                  reply.body = sentence;
                  return reply;
              },
              metrics, "test", std::move(takes_pieces)),
          session(std::make_unique<Http2Session>(
              service, [this](std::uint32_t stream) { woken.push_back(stream); }, now)) {
        feed(http2::hello(settings));
    }

    /// Bytes from the client, and all that comes of them but for answers.
    void feed(std::string_view bytes) {
        session->feed(bytes, now);
        read();
        while (auto request = session->next_request(now)) requests.push_back(std::move(*request));
    }
    /// What the session has to say.
    void read() {
        for (;;) {
            std::string out;
            session->produce(out, now);
            if (out.empty()) break;
            unread += out;
            said_bytes += out.size();
        }
        for (const http2::Frame& frame : http2::take_frames(unread)) replies.add(frame);
    }
    void answer(std::size_t i, HttpReply reply) {
        session->answer(requests.at(i).stream, std::move(reply), now);
        read();
        while (auto request = session->next_request(now)) requests.push_back(std::move(*request));
    }
    void pass(Duration time) {
        now = now + time;
        session->check_deadlines(now);
        read();
    }
    std::uint64_t closed(const std::string& cause) {
        return metrics
            .counter("tomograph_net_connections_refused_total", "",
                     {{"listener", "test"}, {"cause", cause}})
            .value();
    }
    std::uint64_t refused(const std::string& cause) {
        return metrics
            .counter("tomograph_net_requests_refused_total", "",
                     {{"listener", "test"}, {"cause", cause}})
            .value();
    }
    http2::Reply& reply(std::uint32_t stream) { return replies.by_stream[stream]; }

    Duration now = Duration::seconds(1000);
    MetricsRegistry metrics;
    HttpService service;
    std::vector<std::uint32_t> woken;
    http2::Replies replies;
    std::string unread;
    std::size_t said_bytes = 0;
    std::vector<Http2Session::Request> requests;
    std::unique_ptr<Http2Session> session;
};

inline HttpReply reply_with(std::string body, int status = 200) {
    HttpReply reply;
    reply.status = status;
    reply.body = std::move(body);
    return reply;
}

}  // namespace tomograph
