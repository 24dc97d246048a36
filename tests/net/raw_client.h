#pragma once

#include <string>
#include <string_view>

namespace tomograph {

/// What came back, taken apart just enough.
struct RawReply {
    int status = 0;
    std::string head;
    std::string body;

    /// The value of a header line, "" when absent.
    std::string header(std::string_view name) const;
};

/// A blocking socket that sends exactly the bytes it is told to.
class RawClient {
 public:
    explicit RawClient(const std::string& address);
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    /// False when the server has cut us off.
    bool send(std::string_view bytes);
    /// The next reply by its Content-Length; status 0 when the connection ended first. `to_head`:
    /// without a body.
    RawReply read_reply(bool to_head = false);
    /// Waits for the end; true when the server closed without a byte more.
    bool is_closed();
    /// A reset instead of an orderly end.
    void reset();
    void end_writing();
    void shrink_receive_buffer();

    int descriptor() const { return descriptor_; }

 private:
    bool fill();

    int descriptor_;
    std::string unread_;
};

/// "POST /path HTTP/1.1" with Host and Content-Length.
std::string post(std::string_view body, std::string_view more_headers = "");

}  // namespace tomograph
