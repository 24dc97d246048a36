#include "api/own/event_stream.h"

#include "api/limits.h"

namespace tomograph {

std::string event_text(std::string_view event, std::string_view json) {
    std::string text = "event: ";
    text.append(event).append("\ndata: ").append(json).append("\n\n");
    return text;
}

EventStream::EventStream() : stream_(std::make_shared<HttpBodyStream>(event_bytes_pending_max)) {}

HttpReply EventStream::reply() const {
    HttpReply reply;
    // A proxy that gathers an answer before it sends it on would make a live one late.
    reply.headers = {{"Content-Type", "text/event-stream"},
                     {"Cache-Control", "no-store"},
                     {"X-Accel-Buffering", "no"}};
    reply.stream = HttpBodyStream::sending_end(stream_);
    return reply;
}

bool EventStream::send(std::string_view event, std::string_view json) {
    return stream_->write(event_text(event, json));
}

bool EventStream::try_send(std::string_view events) { return stream_->try_write(events); }

void EventStream::keep_alive() { stream_->try_write(": alive\n\n"); }

}  // namespace tomograph
