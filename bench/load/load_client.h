#pragma once

#include <netinet/in.h>

#include <memory>
#include <string>
#include <string_view>

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;

namespace tomograph::load {

struct Outcome;

/// One blocking connection, over TLS if asked for; the certificate is not checked.
class LoadSocket {
 public:
    /// protocol  "" over plain TCP; else what is negotiated inside of TLS: "h2", "http/1.1"
    LoadSocket(const sockaddr_in& address, const std::string& protocol);
    ~LoadSocket();
    LoadSocket(const LoadSocket&) = delete;
    LoadSocket& operator=(const LoadSocket&) = delete;

    /// Why it could not connect; "" when it could.
    const std::string& error() const { return error_; }
    bool send_all(std::string_view bytes) const;
    /// Appends what has come, at least a byte. false: the connection broke.
    bool receive(std::string& bytes) const;

 private:
    void begin_tls(const std::string& protocol);

    int descriptor_;
    SSL_CTX* context_ = nullptr;
    SSL* tls_ = nullptr;
    std::string error_;
};

/// Sends requests one after the other over one keep-alive connection; blocking.
class LoadClient {
 public:
    virtual ~LoadClient() = default;
    /// Why it could not connect; "" when it could.
    virtual const std::string& error() const = 0;
    /// Sends a whole request of HTTP/1.1 and counts what came back in `outcome`. false: the
    /// connection broke.
    virtual bool exchange(std::string_view request, Outcome& outcome) = 0;
};

/// Sends the bodies of the requests as unary calls of gRPC instead.
///
/// method  "/package.Service/Method"
std::unique_ptr<LoadClient> make_grpc_client(const sockaddr_in& address, bool with_tls,
                                             const std::string& method);

}  // namespace tomograph::load
