#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "net/address.h"
#include "net/socket_name.h"

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

inline std::string RawReply::header(std::string_view name) const {
    const std::size_t at = head.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos) return {};
    const std::size_t start = at + 2 + name.size() + 2;
    return head.substr(start, head.find("\r\n", start) - start);
}

inline RawClient::RawClient(const std::string& address) {
    const timeval patience{10, 0};  // a test that hangs fails instead
    const auto parsed = parse_socket_address(address);
    REQUIRE(parsed);
    const SocketName name = to_socket_name(*parsed);
    descriptor_ = socket(name.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(descriptor_ >= 0);
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    REQUIRE(connect(descriptor_, name.address(), name.size) == 0);
}

inline RawClient::~RawClient() { close(descriptor_); }

inline bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

inline bool RawClient::fill() {
    char bytes[64 << 10];
    const ssize_t size = recv(descriptor_, bytes, sizeof bytes, 0);
    if (size > 0) unread_.append(bytes, static_cast<std::size_t>(size));
    return size > 0;
}

inline RawReply RawClient::read_reply(bool to_head) {
    RawReply reply;
    std::size_t end;
    while ((end = unread_.find("\r\n\r\n")) == std::string::npos)
        if (!fill()) return reply;
    reply.head = unread_.substr(0, end + 4);
    unread_.erase(0, end + 4);
    reply.status = std::stoi(reply.head.substr(9, 3));
    const std::string length = reply.header("Content-Length");
    const std::size_t size = length.empty() || to_head ? 0 : std::stoul(length);
    while (unread_.size() < size)
        if (!fill()) break;
    reply.body = unread_.substr(0, size);
    unread_.erase(0, size);
    return reply;
}

inline bool RawClient::is_closed() {
    if (!unread_.empty()) return false;
    char byte;
    const ssize_t size = recv(descriptor_, &byte, 1, 0);
    return size == 0 || (size < 0 && errno == ECONNRESET);
}

inline void RawClient::reset() {
    const linger at_once{1, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(descriptor_);
    descriptor_ = -1;
}

inline void RawClient::end_writing() { shutdown(descriptor_, SHUT_WR); }

inline void RawClient::shrink_receive_buffer() {
    const int small = 4096;
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
}

/// "POST /path HTTP/1.1" with Host and Content-Length.
inline std::string post(std::string_view body, std::string_view more_headers = "") {
    std::string text = "POST /path HTTP/1.1\r\nHost: localhost\r\nContent-Length: ";
    text += std::to_string(body.size()) + "\r\n";
    text += more_headers;
    text += "\r\n";
    text += body;
    return text;
}

}  // namespace tomograph
