#include "net/http_request_reader.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "net/encode_body.h"

namespace tomograph {

namespace {

struct Reader {
    explicit Reader(HttpLimits limits_in = {}) : limits(limits_in) {}

    HttpLimits limits;
    BodyBudget budget{limits.body_bytes_in_flight_max};
    HttpRequestReader reader{limits, budget};

    /// Feeds pieces of `step` bytes until the request is complete or refused; the bytes taken.
    std::size_t feed(std::string_view bytes, std::size_t step = std::string_view::npos) {
        std::size_t used = 0;
        while (used < bytes.size() && !is_over()) used += reader.feed(bytes.substr(used, step));
        return used;
    }
    bool is_over() const {
        return reader.state() == HttpRequestReader::State::complete ||
               reader.state() == HttpRequestReader::State::failed;
    }
    /// 0 complete, -1 wants more, else the refusal's status.
    int outcome() const {
        if (reader.state() == HttpRequestReader::State::complete) return 0;
        return is_over() ? reader.refusal().status : -1;
    }
};

std::string with_headers(std::string_view lines, std::string_view rest = "") {
    std::string text = "POST / HTTP/1.1\r\nHost: a\r\n";
    text += lines;
    text += "\r\n";
    text += rest;
    return text;
}

std::string get(std::string_view target, std::string_view host = "a") {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n";
}

/// The same bytes whole, one by one, and in pieces of 7 must come to the same.
void check_outcomes(std::string_view bytes, int expected) {
    for (const std::size_t step : {std::string_view::npos, std::size_t{1}, std::size_t{7}}) {
        CAPTURE(step);
        Reader reader;
        reader.feed(bytes, step);
        CHECK(reader.outcome() == expected);
        if (reader.outcome() != expected && reader.outcome() > 0)
            MESSAGE(reader.reader.refusal().sentence);
    }
}

}  // namespace

TEST_CASE("a request is taken apart") {
    Reader reader;
    const std::string bytes =
        "POST /Trace%20Segments?a=1?b HTTP/1.1\r\nHost: example:2080\r\nX-Amz-Date:  20260101 \r\n"
        "content-length: 5\r\n\r\nhelloGET";
    CHECK(reader.feed(bytes) == bytes.size() - 3);
    REQUIRE(reader.outcome() == 0);
    CHECK(reader.reader.keep_alive());
    const HttpRequest request = reader.reader.take();
    CHECK(request.method == "POST");
    CHECK(request.path == "/Trace%20Segments");
    CHECK(request.query == "a=1?b");
    CHECK(request.header("x-amz-date") == "20260101");
    CHECK(request.header("absent").empty());
    CHECK(request.headers.size() == 3);
    CHECK(request.body == "hello");
}

TEST_CASE("framing that two readers could see differently is refused") {
    struct Case {
        const char* headers;
        const char* rest;
        int outcome;
    };
    const Case cases[] = {
        {"Content-Length: 2\r\n", "ab", 0},
        {"Content-Length: 0\r\n", "", 0},
        {"", "", 0},
        {"Transfer-Encoding: chunked\r\n", "2\r\nab\r\n0\r\n\r\n", 0},
        {"Transfer-Encoding: Chunked\r\n", "2;x=y\r\nab\r\n0\r\nTrailer: x\r\n\r\n", 0},
        {"Transfer-Encoding: chunked\r\n", "0\r\n\r\n", 0},
        {"Transfer-Encoding: chunked\r\n", "2\r\nab\r\n0\r\n", -1},
        {"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", 400},
        {"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "0\r\n\r\n", 400},
        {"Content-Length: 2\r\nContent-Length: 2\r\n", "ab", 400},
        {"Content-Length: 2\r\nContent-Length: 3\r\n", "ab", 400},
        {"Content-Length: 2, 2\r\n", "ab", 400},
        {"Content-Length: +2\r\n", "ab", 400},
        {"Content-Length: -2\r\n", "ab", 400},
        {"Content-Length: 0x2\r\n", "ab", 400},
        {"Content-Length:\r\n", "", 400},
        {"Content-Length: 99999999999999999999\r\n", "", 400},
        {"Transfer-Encoding: xchunked\r\n", "0\r\n\r\n", 400},
        {"Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n", 400},
        {"Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n", 400},
        {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", 400},
        {"Transfer-Encoding: identity\r\n", "", 400},
        {"Transfer-Encoding: chunked\r\n", "0x5\r\nhello\r\n0\r\n\r\n", 400},
        {"Transfer-Encoding: chunked\r\n", "-5\r\nhello\r\n0\r\n\r\n", 400},
        {"Transfer-Encoding: chunked\r\n", " 5\r\nhello\r\n0\r\n\r\n", 400},
        {"Transfer-Encoding: chunked\r\n", "\r\nhello\r\n0\r\n\r\n", 400},
        {"Transfer-Encoding: chunked\r\n", "10000000000000000\r\nhello\r\n0\r\n\r\n", 400},
        {"Transfer-Encoding: chunked\r\n", "2\r\nabc\r\n0\r\n\r\n", 400},
        {"Transfer-Encoding: chunked\r\n", "2\nab\r\n0\r\n\r\n", 400},
        {"Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n", 413},
    };
    for (const Case& c : cases) {
        CAPTURE(c.headers);
        CAPTURE(c.rest);
        check_outcomes(with_headers(c.headers, c.rest), c.outcome);
    }
    check_outcomes("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
}

TEST_CASE("header lines are strict") {
    using namespace std::string_literals;
    const std::pair<std::string, int> cases[] = {
        {"X-A: b\r\n", 0},
        {"X-A:b\t \r\n", 0},
        {"X-A:\r\n", 0},
        {"X-A: \x80\xff\r\n", 0},  // obs-text in a value is legal
        {"X-A: b\n", 400},
        {"X-A: b\rc\r\n", 400},
        {"X-A: b\r\n folded\r\n", 400},
        {"X-A: b\r\n\tfolded\r\n", 400},
        {" X-A: b\r\n", 400},
        {"X-A : b\r\n", 400},
        {"X A: b\r\n", 400},
        {"X-A\r\n", 400},
        {": b\r\n", 400},
        {"X-\0A: b\r\n"s, 400},
        {"X-A: \0b\r\n"s, 400},
        {"X-A: \x01\r\n", 400},
        {"X-\x80: b\r\n", 400},
        {"Content-Encoding: br\r\n", 415},
        {"Content-Encoding: gzip, gzip\r\n", 415},
        {"Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", 415},
        {"Content-Encoding: identity\r\n", 0},
        {"Expect: 200-maybe\r\n", 417},
    };
    for (const auto& [headers, outcome] : cases) {
        CAPTURE(headers);
        check_outcomes(with_headers(headers), outcome);
    }
    check_outcomes("GET / HTTP/1.1\nHost: a\n\n", 400);
    check_outcomes("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
}

TEST_CASE("the host is there once, and a host") {
    check_outcomes("GET / HTTP/1.1\r\n\r\n", 400);
    check_outcomes("GET / HTTP/1.0\r\n\r\n", 0);
    check_outcomes("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400);
    for (const char* host : {"user@a", "user:pass@a", "a b", "a/b", "", ":80", "a\x80", "a?b"}) {
        CAPTURE(host);
        check_outcomes(get("/", host), 400);
    }
    for (const char* host : {"a", "a:80", "127.0.0.1:2080", "[::1]:2080", "x-ray.local."})
        check_outcomes(get("/", host), 0);
}

TEST_CASE("request lines") {
    check_outcomes("GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505);
    check_outcomes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
    check_outcomes("GET /\r\n\r\n", 400);
    check_outcomes("GET / H\r\n\r\n", 400);
    check_outcomes("GET\r\n\r\n", 400);
    check_outcomes("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    check_outcomes("G\x01T / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    check_outcomes(get("/a#b"), 400);
    check_outcomes(get("/a\x80"), 400);
    for (const char* method : {"GET", "HEAD", "TRACE", "CONNECT", "PRI", "BREW"}) {
        Reader reader;
        reader.feed(std::string(method) + " * HTTP/1.1\r\nHost: a\r\n\r\n");
        REQUIRE(reader.outcome() == 0);
        const HttpRequest request = reader.reader.take();
        CHECK(request.method == method);
        CHECK(request.path == "*");
    }
}

TEST_CASE("an absolute target is accepted when it names the same host") {
    struct Case {
        const char* target;
        const char* path;  // null: refused
        const char* query;
    };
    const Case cases[] = {
        {"http://a/b?c", "/b", "c"},    {"HTTP://A/b", "/b", ""},
        {"https://a", "/", ""},         {"http://a?x", "/", "x"},
        {"http://b/b", nullptr, ""},    {"http://user@a/", nullptr, ""},
        {"http:///b", nullptr, ""},     {"//b/c", "//b/c", ""},
        {"/x/../y;z", "/x/../y;z", ""}, {"ftp://a/b", "ftp://a/b", ""},
        {"?a=b", nullptr, ""},          {"?a=b", nullptr, ""},
    };
    for (const Case& c : cases) {
        CAPTURE(c.target);
        Reader reader;
        reader.feed(get(c.target));
        if (c.path == nullptr) {
            CHECK(reader.outcome() == 400);
            continue;
        }
        REQUIRE(reader.outcome() == 0);
        const HttpRequest request = reader.reader.take();
        CHECK(request.path == c.path);
        CHECK(request.query == c.query);
    }
}

TEST_CASE("headers beyond the bounds are refused while they arrive") {
    Reader line;
    const std::string long_line = "GET /" + std::string(10 << 20, 'a');
    CHECK(line.feed(long_line, 64 << 10) <= 64 << 10);
    CHECK(line.outcome() == 431);
    CHECK(line.reader.refusal().cause == RefusalCause::header_bytes);

    std::string many;
    for (int i = 0; i < 5000; ++i) many += "X: y\r\n";
    Reader count;
    count.feed(with_headers(many));
    CHECK(count.outcome() == 431);
    CHECK(count.reader.refusal().cause == RefusalCause::header_count);

    // 32 KiB exactly are fine, one byte more is not.
    const std::size_t frame = with_headers("X: \r\n").size();
    for (const std::size_t more : {0U, 1U}) {
        const std::string value(HttpLimits{}.header_bytes_max - frame + more, 'a');
        check_outcomes(with_headers("X: " + value + "\r\n"), more == 0 ? 0 : 431);
    }
    // A chunk's extension and the trailers are headers in disguise.
    check_outcomes(with_headers("Transfer-Encoding: chunked\r\n", "1;" + std::string(9000, 'x')),
                   400);
    check_outcomes(
        with_headers("Transfer-Encoding: chunked\r\n", "0\r\nX: " + std::string(9000, 'x')), 400);
}

TEST_CASE("a trailer adds no header") {
    Reader reader;
    reader.feed(
        with_headers("Transfer-Encoding: chunked\r\n", "0\r\nAuthorization: x\r\nHost: b\r\n\r\n"));
    REQUIRE(reader.outcome() == 0);
    const HttpRequest request = reader.reader.take();
    CHECK(request.header("Authorization").empty());
    CHECK(request.header("Host") == "a");
}

TEST_CASE("a body beyond the bound is refused by its length alone") {
    Reader reader;
    reader.feed(with_headers("Content-Length: 10737418240\r\n"));
    CHECK(reader.outcome() == 413);
    CHECK(reader.reader.refusal().cause == RefusalCause::wire_body_bytes);
    CHECK(reader.budget.used() == 0);

    Reader chunks;
    chunks.feed(with_headers("Transfer-Encoding: chunked\r\n"));
    const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
    for (int i = 0; i < 100 && chunks.outcome() == -1; ++i) chunks.feed(chunk);
    CHECK(chunks.outcome() == 413);
    CHECK(chunks.budget.used() <= 2 * chunks.limits.wire_body_bytes_max);
}

TEST_CASE("only what has arrived of a body is held, and given back") {
    Reader reader;
    reader.feed(with_headers("Content-Length: 5000000\r\n", "abc"));
    CHECK(reader.outcome() == -1);
    CHECK(reader.budget.used() <= 16 << 10);
    reader.feed(std::string(4'999'997, 'x'));
    REQUIRE(reader.outcome() == 0);
    CHECK(reader.reader.take().body.size() == 5'000'000);
    CHECK(reader.budget.used() >= 5'000'000);
    reader.reader.reset();
    CHECK(reader.budget.used() == 0);
}

TEST_CASE("bodies beyond the listener's budget are refused for now") {
    HttpLimits limits;
    limits.body_bytes_in_flight_max = 100'000;
    Reader first(limits);
    HttpRequestReader second(first.limits, first.budget);
    first.feed(with_headers("Content-Length: 90000\r\n", std::string(80'000, 'x')));
    CHECK(first.outcome() == -1);
    second.feed(with_headers("Content-Length: 90000\r\n"));
    second.feed(std::string(80'000, 'x'));
    REQUIRE(second.state() == HttpRequestReader::State::failed);
    CHECK(second.refusal().status == 503);
    CHECK(second.refusal().cause == RefusalCause::body_budget);
}

TEST_CASE("compressed bodies are decoded") {
    std::string text;
    for (int i = 0; i < 5000; ++i) text += "{\"id\":" + std::to_string(i * 7919) + "}";
    struct Case {
        const char* coding;
        std::string body;
    };
    const Case cases[] = {{"gzip", encode_gzip(text)},
                          {"X-GZIP", encode_gzip(text)},
                          {"deflate", encode_zlib(text, 15)},
                          {"zstd", encode_zstd(text)},
                          {"identity, gzip", encode_gzip(text)},
                          {"gzip", encode_gzip(text.substr(0, 9)) + encode_gzip(text.substr(9))},
                          {"zstd", encode_zstd(text.substr(0, 9)) + encode_zstd(text.substr(9))}};
    for (const Case& c : cases) {
        for (const std::size_t step : {std::string_view::npos, std::size_t{1}, std::size_t{1000}}) {
            CAPTURE(c.coding);
            CAPTURE(step);
            Reader reader;
            reader.feed(
                with_headers("Content-Encoding: " + std::string(c.coding) +
                                 "\r\nContent-Length: " + std::to_string(c.body.size()) + "\r\n",
                             c.body),
                step);
            REQUIRE(reader.outcome() == 0);
            CHECK(reader.reader.take().body == text);
        }
    }
}

TEST_CASE("a compressed body that is not whole, or is something else, is refused") {
    const std::string text(100'000, 'a');
    const std::string gzip = encode_gzip(text);
    const std::string zstd = encode_zstd(text);
    std::string bad_crc = gzip;
    bad_crc[gzip.size() - 6] ^= 1;
    // A frame that asks for a window of 2 GiB: descriptor 0, window exponent 21 (2^31).
    const std::string wide_zstd("\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", 9);
    struct Case {
        const char* coding;
        std::string body;
        int outcome;
    };
    const Case cases[] = {
        {"gzip", "", 0},
        {"gzip", gzip.substr(0, gzip.size() - 1), 400},
        {"gzip", gzip.substr(0, 5), 400},
        {"gzip", bad_crc, 400},
        {"gzip", gzip + "x", 400},
        {"gzip", gzip + std::string(8, '\0'), 400},
        {"gzip", gzip + "\x1f", 400},
        {"gzip", "not gzip at all", 400},
        {"deflate", encode_zlib(text, -15), 400},
        {"zstd", zstd.substr(0, zstd.size() - 1), 400},
        {"zstd", zstd + "x", 400},
        {"zstd", gzip, 400},
        {"zstd", wide_zstd, 400},
        {"gzip", gzip_bomb(), 413},
        {"zstd", zstd_bomb(), 413},
    };
    for (const Case& c : cases) {
        CAPTURE(c.coding);
        CAPTURE(c.body.size());
        Reader reader;
        reader.feed(with_headers("Content-Encoding: " + std::string(c.coding) +
                                     "\r\nContent-Length: " + std::to_string(c.body.size()) +
                                     "\r\n",
                                 c.body));
        CHECK(reader.outcome() == c.outcome);
        CHECK(reader.budget.used() <= 24U << 20);
    }
}

TEST_CASE("compression is bounded by size and by ratio") {
    HttpLimits limits;
    const std::string zeros = encode_gzip(std::string(4 << 20, '\0'));
    const std::string request = with_headers(
        "Content-Encoding: gzip\r\nContent-Length: " + std::to_string(zeros.size()) + "\r\n",
        zeros);
    Reader ratio(limits);
    ratio.feed(request);
    REQUIRE(ratio.outcome() == 413);
    CHECK(ratio.reader.refusal().cause == RefusalCause::compression_ratio);

    limits.compression_ratio_max = 10'000;
    Reader allowed(limits);
    allowed.feed(request);
    CHECK(allowed.outcome() == 0);

    limits.decoded_body_bytes_max = 3 << 20;
    Reader size(limits);
    size.feed(request);
    REQUIRE(size.outcome() == 413);
    CHECK(size.reader.refusal().cause == RefusalCause::decoded_body_bytes);
}

TEST_CASE("pipelined requests come one after the other") {
    const std::string one = with_headers("Content-Length: 3\r\n", "abc");
    const std::string two = with_headers("Transfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\n\r\n");
    const std::string all = one + two + get("/end");
    for (const std::size_t step : {std::string_view::npos, std::size_t{1}, std::size_t{5}}) {
        CAPTURE(step);
        Reader reader;
        std::vector<std::string> bodies;
        std::string_view rest = all;
        while (!rest.empty()) {
            rest.remove_prefix(reader.feed(rest, step));
            REQUIRE(reader.outcome() == 0);
            bodies.push_back(reader.reader.take().body);
            reader.reader.reset();
        }
        CHECK(bodies == std::vector<std::string>{"abc", "x", ""});
    }
}

TEST_CASE("a client that waits for 100 Continue is told once") {
    Reader reader;
    reader.feed(with_headers("Content-Length: 3\r\nExpect: 100-Continue\r\n"));
    CHECK(reader.reader.take_expectation());
    CHECK_FALSE(reader.reader.take_expectation());
    reader.feed("abc");
    CHECK(reader.outcome() == 0);

    Reader bodiless;
    bodiless.feed(with_headers("Expect: 100-continue\r\n"));
    CHECK_FALSE(bodiless.reader.take_expectation());
}

TEST_CASE("keep-alive follows version and Connection") {
    const std::pair<const char*, bool> cases[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nHost: a\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n", true},
    };
    for (const auto& [bytes, stays] : cases) {
        Reader reader;
        reader.feed(bytes);
        REQUIRE(reader.outcome() == 0);
        CHECK(reader.reader.keep_alive() == stays);
    }
}

}  // namespace tomograph
