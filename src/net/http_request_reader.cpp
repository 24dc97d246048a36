#include "net/http_request_reader.h"

#include <fmt/format.h>

#include <boost/beast/http/basic_parser.hpp>
#include <limits>
#include <optional>

#include "base/ascii.h"
#include "base/assert.h"
#include "net/http_body.h"
#include "net/http_header_scan.h"
#include "net/limits.h"

namespace tomograph {

namespace {

namespace http = boost::beast::http;
using boost::beast::string_view;
using ErrorOut = boost::system::error_code;

constexpr std::size_t last_chunk_bytes = std::string_view("0\r\n\r\n").size();

std::string_view as_std(string_view text) { return {text.data(), text.size()}; }

HttpRefusal malformed(std::string sentence) {
    return {RefusalCause::malformed, 400, std::move(sentence)};
}

/// What the parser has found in one request.
struct Found {
    HttpRequest request;
    std::string target;
    std::string_view framing;  // the header that frames the body; "" when none has come yet
    std::string_view host;
    unsigned hosts = 0;
    int version = 11;
    bool header_done = false;
    bool expects_continue = false;
    bool complete = false;
    std::optional<HttpRefusal> refusal;
};

/// Beast finds the parts; the rules above its own are here. An error set in a callback ends the
/// parsing.
class Parser final : public http::basic_parser<true> {
 public:
    Parser(const HttpLimits& limits, Found& found, HttpBody& body)
        : limits_(limits), found_(found), body_(body) {
        header_limit(std::numeric_limits<std::uint32_t>::max());  // HttpRequestReader bounds it
        body_limit(limits.wire_body_bytes_max);
        eager(true);
    }

 private:
    void refuse(HttpRefusal refusal, ErrorOut& failed) {
        found_.refusal = std::move(refusal);
        failed = http::error::bad_value;
    }
    void pass_on(HttpBody::Step refused, ErrorOut& failed) {
        if (refused) refuse(std::move(*refused), failed);
    }

    void on_request_impl(http::verb, string_view method, string_view target, int version,
                         ErrorOut&) override {
        found_.request.method = as_std(method);
        found_.target = as_std(target);
        found_.version = version;
        found_.request.headers.reserve(16);
    }

    void on_field_impl(http::field field, string_view name, string_view value,
                       ErrorOut& failed) override {
        if (found_.header_done) return;  // a trailer: nothing of ours may arrive there
        std::vector<HttpHeader>& headers = found_.request.headers;
        if (headers.size() >= limits_.headers_max)
            return refuse({RefusalCause::header_count, 431,
                           fmt::format("more than {} headers", limits_.headers_max)},
                          failed);
        switch (field) {
            case http::field::content_length:
            case http::field::transfer_encoding:
                return frame_body(field, as_std(value), headers, as_std(name), failed);
            case http::field::content_encoding:
                pass_on(body_.add_codings(as_std(value)), failed);
                break;
            case http::field::host:
                if (++found_.hosts > 1) return refuse(malformed("more than one Host"), failed);
                if (!is_host(as_std(value))) return refuse(malformed("a bad Host"), failed);
                break;
            case http::field::expect:
                if (!equals_ignoring_case(as_std(value), "100-continue"))
                    return refuse({RefusalCause::expectation, 417, "an unknown expectation"},
                                  failed);
                found_.expects_continue = found_.version == 11;
                break;
            default:
                break;
        }
        headers.push_back({std::string(as_std(name)), std::string(as_std(value))});
    }

    /// Content-Length or Transfer-Encoding: exactly one, once, in its plainest form.
    void frame_body(http::field field, std::string_view value, std::vector<HttpHeader>& headers,
                    std::string_view name, ErrorOut& failed) {
        if (!found_.framing.empty())
            return refuse(malformed("the body's length is given more than once"), failed);
        const bool is_length = field == http::field::content_length;
        found_.framing = is_length ? "Content-Length" : "Transfer-Encoding";
        if (is_length && value.find_first_not_of("0123456789") != std::string_view::npos)
            return refuse(malformed("a bad Content-Length"), failed);
        if (!is_length && (found_.version != 11 || !equals_ignoring_case(value, "chunked")))
            return refuse(malformed("a Transfer-Encoding other than chunked"), failed);
        headers.push_back({std::string(name), std::string(value)});
    }

    void on_header_impl(ErrorOut& failed) override {
        found_.header_done = true;
        const std::string_view host = found_.request.header("host");
        if (found_.version == 11 && found_.hosts == 0) return refuse(malformed("no Host"), failed);
        const auto target = split_target(found_.target, host);
        if (!target) return refuse(malformed("a bad request target"), failed);
        found_.request.path = target->path;
        found_.request.query = target->query;
        if (const auto length = content_length(); length && found_.framing == "Content-Length")
            pass_on(body_.expect(*length), failed);
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorOut&) override {}

    std::size_t on_body_impl(string_view bytes, ErrorOut& failed) override {
        pass_on(body_.append(as_std(bytes)), failed);
        return bytes.size();
    }

    void on_chunk_header_impl(std::uint64_t, string_view, ErrorOut&) override {}

    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, ErrorOut& failed) override {
        pass_on(body_.append(as_std(bytes)), failed);
        return bytes.size();
    }

    void on_finish_impl(ErrorOut& failed) override {
        pass_on(body_.finish(), failed);
        found_.complete = !found_.refusal;
    }

    void on_response_impl(int, string_view, int, ErrorOut&) override {}

    const HttpLimits& limits_;
    Found& found_;
    HttpBody& body_;
};

HttpRefusal refusal_of(const ErrorOut& failed, const HttpLimits& limits) {
    if (failed == http::error::body_limit)
        return {RefusalCause::wire_body_bytes, 413,
                fmt::format("a body of more than {} bytes", limits.wire_body_bytes_max)};
    if (failed == http::error::bad_version)
        return {RefusalCause::malformed, 505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
    return malformed(fmt::format("not an HTTP request: {}", failed.message()));
}

}  // namespace

struct HttpRequestReader::Impl {
    Impl(const HttpLimits& limits_in, BodyBudget& budget)
        : limits(limits_in), body(limits, budget) {}

    const HttpLimits& limits;
    HttpBody body;
    Found found;
    std::optional<Parser> parser;
    HttpHeaderScan scan;
    bool body_begun = false;  // the parser has seen some of it
    std::string pending;      // bytes that the parser wants to see again, with more behind them
    State state = State::idle;
    HttpRefusal refusal;

    void fail(HttpRefusal why) {
        refusal = std::move(why);
        state = State::failed;
    }

    std::size_t feed_header(std::string_view bytes);
    std::size_t feed_body(std::string_view bytes);
    std::size_t parse(std::string_view bytes);
};

/// Collects the header until it is whole, and parses it then. In the usual case it arrives whole
/// and is parsed where it lies, body and all.
std::size_t HttpRequestReader::Impl::feed_header(std::string_view bytes) {
    state = State::header;
    const std::size_t before = pending.size();
    std::string_view block = bytes;
    if (before > 0) {
        // At most the header's bound and one byte more are ever copied here.
        const std::size_t room = limits.header_bytes_max + 1 - before;
        pending.append(bytes.substr(0, room));
        block = pending;
    }
    const auto what = scan.scan(block.substr(0, limits.header_bytes_max));
    if (what == HttpHeaderScan::Found::broken) {
        fail(malformed(std::string(scan.problem())));
        return bytes.size();
    }
    if (what == HttpHeaderScan::Found::more) {
        if (block.size() > limits.header_bytes_max)
            fail({RefusalCause::header_bytes, 431,
                  fmt::format("a header of more than {} bytes", limits.header_bytes_max)});
        else if (before == 0)
            pending = bytes;
        return bytes.size();
    }
    const std::size_t header_size = scan.end();
    parser.emplace(limits, found, body);
    parse(block.substr(0, header_size));
    // The parser may take the empty line for a part of its first line and ask for more.
    if (state == State::body && !found.header_done) fail(malformed("a bad request line"));
    pending.clear();
    return header_size - before;
}

std::size_t HttpRequestReader::Impl::feed_body(std::string_view bytes) {
    // The parser asserts that a last chunk which is the first one too is not shown to it byte by
    // byte. Every chunked body has this many bytes, so waiting for them is safe.
    if (found.framing == "Transfer-Encoding" && !body_begun &&
        pending.size() + bytes.size() < last_chunk_bytes) {
        pending.append(bytes);
        return bytes.size();
    }
    if (pending.empty()) {
        const std::size_t used = parse(bytes);
        if (state != State::body) return used;
        pending = bytes.substr(used);  // the start of a chunk's line
    } else {
        const std::size_t before = pending.size();
        // Usually a few bytes complete the line; take no more than a line can have.
        const std::size_t taken = std::min(bytes.size(), chunk_line_bytes_max);
        pending.append(bytes.substr(0, taken));
        const std::size_t used = parse(pending);
        if (state != State::body) return used > before ? used - before : 0;
        pending.erase(0, used);
        if (pending.size() <= chunk_line_bytes_max) return taken;
    }
    if (pending.size() > chunk_line_bytes_max) fail(malformed("a chunk line or trailer too long"));
    return bytes.size();
}

/// Hands bytes to the parser; returns how many it took.
std::size_t HttpRequestReader::Impl::parse(std::string_view bytes) {
    ASSERT(parser.has_value());
    ErrorOut failed;
    body_begun = state == State::body;
    const std::size_t used = parser->put({bytes.data(), bytes.size()}, failed);
    if (failed && failed != http::error::need_more)
        fail(found.refusal ? std::move(*found.refusal) : refusal_of(failed, limits));
    else
        state = found.complete ? State::complete : State::body;
    return used;
}

HttpRequestReader::HttpRequestReader(const HttpLimits& limits, BodyBudget& budget)
    : impl_(std::make_unique<Impl>(limits, budget)) {}

HttpRequestReader::~HttpRequestReader() = default;

std::size_t HttpRequestReader::feed(std::string_view bytes) {
    if (bytes.empty()) return 0;
    switch (impl_->state) {
        case State::idle:
        case State::header:
            return impl_->feed_header(bytes);
        case State::body:
            return impl_->feed_body(bytes);
        case State::complete:
        case State::failed:
            break;
    }
    return 0;
}

HttpRequestReader::State HttpRequestReader::state() const { return impl_->state; }

const HttpRefusal& HttpRequestReader::refusal() const {
    ASSERT(impl_->state == State::failed);
    return impl_->refusal;
}

bool HttpRequestReader::take_expectation() {
    return impl_->state == State::body && std::exchange(impl_->found.expects_continue, false);
}

std::uint64_t HttpRequestReader::wire_body_bytes() const { return impl_->body.wire_bytes(); }

HttpRequest HttpRequestReader::take() {
    ASSERT(impl_->state == State::complete);
    impl_->found.request.body = impl_->body.take();
    return std::move(impl_->found.request);
}

bool HttpRequestReader::keep_alive() const {
    ASSERT(impl_->state == State::complete);
    const auto& parser = impl_->parser;
    ASSERT(parser.has_value());
    return parser->keep_alive();
}

bool HttpRequestReader::takes_chunks() const { return impl_->found.version == 11; }

void HttpRequestReader::reset() {
    impl_->body.reset();
    impl_->found = {};
    impl_->parser.reset();
    impl_->scan.reset();
    impl_->body_begun = false;
    impl_->pending.clear();
    impl_->state = State::idle;
}

}  // namespace tomograph
