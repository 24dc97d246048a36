#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <optional>

#include "net/http2/replies.h"
#include "net/raw_client.h"
#include "net/test_server.h"
#include "support/temporary_directory.h"

namespace tomograph {

namespace {

template <class T, void (*free_it)(T*)>
struct Free {
    void operator()(T* object) const { free_it(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509, X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Free<SSL_CTX, SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Free<SSL, SSL_free>>;

/// A P-256 key and a certificate it has signed for itself, as PEM files.
TlsFiles make_certificate(const std::string& directory, const std::string& name) {
    const Key key(EVP_EC_gen("P-256"));
    REQUIRE(key);
    const Certificate certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);

    const TlsFiles files{directory + "/" + name + ".crt", directory + "/" + name + ".key"};
    FILE* out = fopen(files.certificate_path.c_str(), "w");
    REQUIRE(out != nullptr);
    PEM_write_X509(out, certificate.get());
    fclose(out);
    out = fopen(files.key_path.c_str(), "w");
    REQUIRE(out != nullptr);
    PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    fclose(out);
    return files;
}

/// A TLS client over a RawClient's socket.
struct TlsClient {
    explicit TlsClient(const std::string& address, int version_max = TLS1_3_VERSION,
                       std::string_view alpn = "", const char* suites = nullptr)
        : client(address), context(SSL_CTX_new(TLS_client_method())) {
        SSL_CTX_set_security_level(context.get(), 0);
        SSL_CTX_set_min_proto_version(context.get(), 0);
        SSL_CTX_set_max_proto_version(context.get(), version_max);
        if (suites != nullptr) SSL_CTX_set_cipher_list(context.get(), suites);
        if (!alpn.empty())
            SSL_CTX_set_alpn_protos(context.get(),
                                    reinterpret_cast<const unsigned char*>(alpn.data()),
                                    static_cast<unsigned>(alpn.size()));
        session.reset(SSL_new(context.get()));
        SSL_set_fd(session.get(), client.descriptor());
        is_connected = SSL_connect(session.get()) == 1;
        ERR_clear_error();
    }

    std::string exchange(std::string_view request) {
        if (SSL_write(session.get(), request.data(), static_cast<int>(request.size())) <= 0)
            return {};
        std::string reply;
        char bytes[16 << 10];
        while (true) {
            const int size = SSL_read(session.get(), bytes, sizeof bytes);
            if (size <= 0) return reply;
            reply.append(bytes, static_cast<std::size_t>(size));
            const std::size_t end = reply.find("\r\n\r\n");
            const std::size_t length = reply.find("Content-Length: ");
            if (end != std::string::npos && length < end &&
                reply.size() == end + 4 + std::stoul(reply.substr(length + 16)))
                return reply;
        }
    }

    RawClient client;
    Context context;
    Session session;
    bool is_connected = false;
};

}  // namespace

TEST_CASE("requests and replies of every size pass through TLS 1.2 and 1.3") {
    const TemporaryDirectory directory;
    TestServer server(
        [](const HttpRequest& request, const HttpRespond& respond) {
            respond(
                {.status = request.is_encrypted ? 200 : 500, .headers = {}, .body = request.body});
        },
        {}, make_certificate(directory.path(), "server"));
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        TlsClient client(server.address(), version, "\x08http/1.1");
        REQUIRE(client.is_connected);
        CHECK(SSL_version(client.session.get()) == version);
        const unsigned char* protocol = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(client.session.get(), &protocol, &size);
        CHECK(std::string(reinterpret_cast<const char*>(protocol), size) == "http/1.1");
        for (const std::size_t bytes : {0UL, 1UL, 16'000UL, 16'384UL, 50'000UL, 3UL << 20}) {
            CAPTURE(bytes);
            std::string body;
            for (std::size_t i = 0; body.size() < bytes; ++i) body += std::to_string(i);
            body.resize(bytes);
            const std::string reply = client.exchange(post(body));
            CHECK(reply.starts_with("HTTP/1.1 200"));
            CHECK(reply.ends_with("\r\n\r\n" + body));
        }
    }
}

TEST_CASE("over TLS the client picks HTTP/2 or HTTP/1.1 in the handshake, and keeps to it") {
    const TemporaryDirectory directory;
    TestServer server(TestServer::answer_at_once, {}, make_certificate(directory.path(), "server"));
    const std::string request = http2::hello() + http2::head(1, "POST", "/x", false) +
                                http2::body(1, std::string(100'000, 'x'));

    TlsClient client(server.address(), TLS1_3_VERSION, "\x02h2\x08http/1.1");
    REQUIRE(client.is_connected);
    REQUIRE(SSL_write(client.session.get(), request.data(), static_cast<int>(request.size())) > 0);
    http2::Replies replies;
    std::string unread;
    char bytes[16 << 10];
    while (!replies.by_stream[1].is_whole) {
        const int size = SSL_read(client.session.get(), bytes, sizeof bytes);
        REQUIRE(size > 0);
        unread.append(bytes, static_cast<std::size_t>(size));
        for (const http2::Frame& frame : http2::take_frames(unread)) replies.add(frame);
    }
    CHECK(replies.by_stream[1].body == "POST /x? 100000");

    for (const std::string_view alpn : {"\x08http/1.1", ""}) {
        TlsClient other(server.address(), TLS1_3_VERSION, alpn);
        REQUIRE(other.is_connected);
        CHECK(other.exchange(request).starts_with("HTTP/1.1 "));
    }
    CHECK(server.count("connections_http2_total") == 1);
    TlsClient false_promise(server.address(), TLS1_3_VERSION, "\x02h2");
    REQUIRE(false_promise.is_connected);
    CHECK_FALSE(false_promise.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").starts_with("HTTP"));
    CHECK(eventually([&] { return server.connections_refused("protocol_error") == 1; }));
}

TEST_CASE("weak versions, weak suites and other protocols are refused in the handshake") {
    const TemporaryDirectory directory;
    TestServer server(TestServer::answer_at_once, {}, make_certificate(directory.path(), "server"));
    CHECK_FALSE(TlsClient(server.address(), TLS1_1_VERSION).is_connected);
    CHECK_FALSE(
        TlsClient(server.address(), TLS1_2_VERSION, "", "ECDHE-ECDSA-AES128-SHA256").is_connected);
    CHECK_FALSE(
        TlsClient(server.address(), TLS1_3_VERSION, std::string_view("\x02h3")).is_connected);
    RawClient plain(server.address());
    REQUIRE(plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    while (plain.is_closed() == false) {
        // The alert, then the end.
    }
    CHECK(eventually([&] { return server.connections_refused("tls_failed") == 4; }));
    CHECK(TlsClient(server.address()).is_connected);
}

TEST_CASE("a handshake that does not end is cut off") {
    const TemporaryDirectory directory;
    HttpLimits limits;
    limits.header_timeout = Duration::milliseconds(40);
    TestServer server(TestServer::answer_at_once, limits,
                      make_certificate(directory.path(), "server"));
    RawClient client(server.address());
    REQUIRE(client.send("\x16\x03\x01"));
    CHECK(client.is_closed());
    CHECK(server.connections_refused("tls_failed") == 1);
}

TEST_CASE("a stop closes TLS connections in order") {
    const TemporaryDirectory directory;
    TestServer server(TestServer::answer_at_once, {}, make_certificate(directory.path(), "server"));
    TlsClient client(server.address());
    REQUIRE(client.is_connected);
    CHECK(client.exchange(post("x")).starts_with("HTTP/1.1 200"));
    server.server->stop(Duration::seconds(10));
    char byte;
    CHECK(SSL_read(client.session.get(), &byte, 1) <= 0);
    CHECK(server.connections_open() == 0);
}

TEST_CASE("a bad certificate or key is told at the start") {
    const TemporaryDirectory directory;
    const TlsFiles good = make_certificate(directory.path(), "a");
    const TlsFiles other = make_certificate(directory.path(), "b");
    IoPool pool(1);
    MetricsRegistry metrics;
    const TlsFiles cases[] = {{"/nonexistent", good.key_path},
                              {good.certificate_path, "/nonexistent"},
                              {good.key_path, good.key_path},
                              {good.certificate_path, other.key_path}};
    for (const TlsFiles& files : cases) {
        CAPTURE(files.certificate_path);
        CAPTURE(files.key_path);
        const auto server = HttpServer::start(
            pool, {.address = "127.0.0.1:0", .tls = files, .limits = {}, .name = "x"},
            TestServer::answer_at_once, {}, metrics);
        REQUIRE_FALSE(server);
        CHECK(server.error().code() == ErrorCode::invalid);
    }
}

}  // namespace tomograph
