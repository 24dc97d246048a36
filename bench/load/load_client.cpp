#include "load_client.h"

#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tomograph::load {

LoadSocket::LoadSocket(const sockaddr_in& address, const std::string& protocol)
    : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
    const int on = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        error_ = std::strerror(errno);
    else if (!protocol.empty())
        begin_tls(protocol);
}

void LoadSocket::begin_tls(const std::string& protocol) {
    context_ = SSL_CTX_new(TLS_client_method());
    tls_ = SSL_new(context_);
    const std::string offered = static_cast<char>(protocol.size()) + protocol;
    SSL_set_alpn_protos(tls_, reinterpret_cast<const unsigned char*>(offered.data()),
                        static_cast<unsigned>(offered.size()));
    SSL_set_fd(tls_, descriptor_);
    if (SSL_connect(tls_) != 1) error_ = "no TLS";
}

LoadSocket::~LoadSocket() {
    SSL_free(tls_);
    SSL_CTX_free(context_);
    close(descriptor_);
}

bool LoadSocket::send_all(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t n = tls_ != nullptr
                              ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                              : send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

bool LoadSocket::receive(std::string& bytes) const {
    char buffer[16 << 10];
    const ssize_t n = tls_ != nullptr ? SSL_read(tls_, buffer, sizeof buffer)
                                      : recv(descriptor_, buffer, sizeof buffer, 0);
    if (n <= 0) return false;
    bytes.append(buffer, static_cast<std::size_t>(n));
    return true;
}

}  // namespace tomograph::load
