#include "net/tls_context.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <climits>
#include <cstring>

namespace tomograph {

namespace {

/// RFC 7301: the server picks, in this order; each protocol with its length before it.
constexpr unsigned char alpn_protocols[] = {2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

constexpr const char* tls_1_2_suites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

int select_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                unsigned int in_size, void*) {
    unsigned char* picked = nullptr;
    const int answer = SSL_select_next_proto(&picked, out_size, alpn_protocols,
                                             sizeof alpn_protocols, in, in_size);
    if (answer != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = picked;
    return SSL_TLSEXT_ERR_OK;
}

Error tls_error(std::string_view what) {
    char text[256] = "unknown";
    if (const unsigned long code = ERR_get_error(); code != 0)
        ERR_error_string_n(code, text, sizeof text);
    ERR_clear_error();
    return {ErrorCode::invalid, fmt::format("{}: {}", what, text)};
}

struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};

class TlsTransport final : public Transport {
 public:
    explicit TlsTransport(std::unique_ptr<SSL, FreeSsl> ssl) : ssl_(std::move(ssl)) {}

    IoResult handshake() override {
        ERR_clear_error();
        return result(SSL_accept(ssl_.get()));
    }

    IoResult read(std::span<char> into) override {
        ERR_clear_error();
        const auto room = static_cast<int>(std::min<std::size_t>(into.size(), INT_MAX));
        return result(SSL_read(ssl_.get(), into.data(), room));
    }

    IoResult peek() override {
        ERR_clear_error();
        char byte;
        return result(SSL_peek(ssl_.get(), &byte, 1));
    }

    /// A small body goes into the head's record; after a partial write OpenSSL must see the same
    /// bytes again, which it does: the caller repeats from where it got to.
    IoResult write(std::string_view first, std::string_view second) override {
        ERR_clear_error();
        char joined[SSL3_RT_MAX_PLAIN_LENGTH];
        std::string_view bytes = first.empty() ? second : first;
        if (!first.empty() && !second.empty() && first.size() < sizeof joined) {
            const std::size_t more = std::min(second.size(), sizeof joined - first.size());
            std::memcpy(joined, first.data(), first.size());
            std::memcpy(joined + first.size(), second.data(), more);
            bytes = {joined, first.size() + more};
        }
        const auto size = static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX));
        return result(SSL_write(ssl_.get(), bytes.data(), size));
    }

    /// OpenSSL gives one record at a time and keeps what is behind it.
    bool may_have_more(std::size_t, std::size_t) const override { return true; }
    /// The close_notify; its answer is not waited for.
    void end_writing() override {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
        shutdown(SSL_get_fd(ssl_.get()), SHUT_WR);
    }
    bool is_encrypted() const override { return true; }
    std::string_view protocol() const override {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(ssl_.get(), &name, &size);
        return {reinterpret_cast<const char*>(name), size};
    }

 private:
    IoResult result(int answer) {
        if (answer > 0) return {IoResult::State::done, static_cast<std::size_t>(answer)};
        switch (SSL_get_error(ssl_.get(), answer)) {
            case SSL_ERROR_WANT_READ:
                return {IoResult::State::want_read};
            case SSL_ERROR_WANT_WRITE:
                return {IoResult::State::want_write};
            case SSL_ERROR_ZERO_RETURN:
                return {IoResult::State::ended};
            default:
                ERR_clear_error();
                return {IoResult::State::failed};
        }
    }

    std::unique_ptr<SSL, FreeSsl> ssl_;
};

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

}  // namespace

struct TlsContext::Impl {
    std::unique_ptr<SSL_CTX, FreeContext> context;
};

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;

Result<std::unique_ptr<TlsContext>> TlsContext::load(const TlsFiles& files) {
    auto impl = std::make_unique<Impl>();
    impl->context.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* context = impl->context.get();
    if (context == nullptr) return tls_error("make a TLS context");
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(context, tls_1_2_suites) != 1 ||
        SSL_CTX_set1_groups_list(context, "X25519:P-256") != 1)
        return tls_error("set the TLS rules");
    SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    // Partial writes: one SSL_write per 16 KiB record, as the caller's offsets expect; moving
    // buffer: head and body are joined in a buffer on the stack.
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(context, select_alpn, nullptr);
    if (SSL_CTX_use_certificate_chain_file(context, files.certificate_path.c_str()) != 1)
        return tls_error("certificate " + files.certificate_path);
    if (SSL_CTX_use_PrivateKey_file(context, files.key_path.c_str(), SSL_FILETYPE_PEM) != 1)
        return tls_error("key " + files.key_path);
    if (SSL_CTX_check_private_key(context) != 1)
        return tls_error("key " + files.key_path + " is not the certificate's");
    return std::unique_ptr<TlsContext>(new TlsContext(std::move(impl)));
}

std::unique_ptr<Transport> TlsContext::accept(int descriptor) const {
    std::unique_ptr<SSL, FreeSsl> ssl(SSL_new(impl_->context.get()));
    if (!ssl || SSL_set_fd(ssl.get(), descriptor) != 1) return nullptr;
    return std::make_unique<TlsTransport>(std::move(ssl));
}

}  // namespace tomograph
