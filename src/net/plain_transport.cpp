#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

#include "net/transport.h"

namespace tomograph {

namespace {

IoResult result_of_errno(IoResult::State when_blocked) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {when_blocked};
    return {IoResult::State::failed};
}

class PlainTransport final : public Transport {
 public:
    explicit PlainTransport(int descriptor) : descriptor_(descriptor) {}

    IoResult handshake() override { return {}; }

    IoResult read(std::span<char> into) override {
        ssize_t size;
        do {
            size = recv(descriptor_, into.data(), into.size(), 0);
        } while (size < 0 && errno == EINTR);
        if (size < 0) return result_of_errno(IoResult::State::want_read);
        if (size == 0) return {IoResult::State::ended};
        return {IoResult::State::done, static_cast<std::size_t>(size)};
    }

    IoResult peek() override {
        char byte;
        const ssize_t size = recv(descriptor_, &byte, 1, MSG_PEEK);
        if (size < 0) return result_of_errno(IoResult::State::want_read);
        return {size == 0 ? IoResult::State::ended : IoResult::State::done};
    }

    IoResult write(std::string_view first, std::string_view second) override {
        iovec parts[2] = {{const_cast<char*>(first.data()), first.size()},
                          {const_cast<char*>(second.data()), second.size()}};
        msghdr message{};
        message.msg_iov = parts;
        message.msg_iovlen = second.empty() ? 1 : 2;
        ssize_t size;
        do {
            size = sendmsg(descriptor_, &message, MSG_NOSIGNAL);
        } while (size < 0 && errno == EINTR);
        if (size < 0) return result_of_errno(IoResult::State::want_write);
        return {IoResult::State::done, static_cast<std::size_t>(size)};
    }

    bool may_have_more(std::size_t last_bytes, std::size_t room) const override {
        return last_bytes == room;
    }

    void end_writing() override { shutdown(descriptor_, SHUT_WR); }
    bool is_encrypted() const override { return false; }
    std::string_view protocol() const override { return {}; }

 private:
    int descriptor_;
};

}  // namespace

std::unique_ptr<Transport> make_plain_transport(int descriptor) {
    return std::make_unique<PlainTransport>(descriptor);
}

}  // namespace tomograph
