#pragma once

#include <vector>

#include "store/store_fixture.h"

namespace tomograph::testing {

/// Made-up traffic of every shape that X-Ray documents have: the same for the same seed, for ever.
/// What was once written with it is kept in format<n>/; change it only for a store of a new format.
class GoldenTraffic {
 public:
    explicit GoldenTraffic(std::uint64_t seed) : random_(seed) {}

    /// Documents of the trace's first visit, of any of twelve shapes.
    std::vector<std::string> begin(std::uint64_t n) {
        trace_ = trace_of(n);
        start_ms_ = start_of(n);
        root_ = new_id();
        return shape(n % 12);
    }
    /// What comes of it when it was sealed long ago: another service's segment.
    std::string late(std::uint64_t n) {
        trace_ = trace_of(n);
        start_ms_ = start_of(n) + 40;
        root_ = new_id();
        return open("ledger", root_, 0, 30) + R"(,"annotations":{"late":true}})";
    }

    /// Some ids tell their time, some lie about it.
    static TraceId trace_of(std::uint64_t n) {
        const bool lies = n % 17 == 16;
        return trace_number(n, lies ? 12'345 : test_second + start_of(n) / 1000);
    }
    static std::int64_t start_of(std::uint64_t n) {
        const std::int64_t day = n % 5 == 4 ? -86'400'000 : 0;
        return day + static_cast<std::int64_t>(n * 1'037 % 240'000);
    }

 private:
    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    std::uint64_t new_id() { return random_() | 1; }
    std::string hex(std::uint64_t id) const { return to_hex(SpanId{id}); }

    std::string time(std::int64_t after_ms) const {
        const std::int64_t all = test_second * 1000 + start_ms_ + after_ms;
        return fmt::format("{}.{:03d}", all / 1000, all % 1000);
    }
    /// A finished segment without its closing brace; times in ms after the trace's start.
    std::string open(const std::string& name, std::uint64_t id, std::int64_t from, std::int64_t to,
                     const std::string& more = {}) {
        const std::string trace = below(5) == 0 ? to_hex(trace_) : to_xray_text(trace_);
        return fmt::format(
            R"({{"trace_id":"{}","id":"{}","name":"{}","start_time":{},"end_time":{}{})", trace,
            hex(id), name, time(from), time(to), more);
    }
    std::string sub(const std::string& name, std::int64_t from, std::int64_t to,
                    const std::string& more) {
        return fmt::format(R"({{"id":"{}","name":"{}","start_time":{},"end_time":{}{}}})",
                           hex(new_id()), name, time(from), time(to), more);
    }
    static std::string http(int status, const std::string& method = "GET") {
        return fmt::format(
            R"(,"http":{{"request":{{"method":"{}","url":"https://shop.example/cart/7?a=1","user_agent":"curl/8","client_ip":"10.0.0.7"}},"response":{{"status":{},"content_length":512}}}})",
            method, status);
    }
    std::string subs(const std::string& list) const { return R"(,"subsegments":[)" + list + "]"; }

    std::vector<std::string> shape(std::uint64_t kind) {
        const std::int64_t end = 20 + static_cast<std::int64_t>(below(900));
        switch (kind) {
            case 0:
                return {open("shop", root_, 0, end,
                             http(200) + R"(,"origin":"AWS::EC2::Instance","user":"ada")") +
                        "}"};
            case 1:
                return {
                    open("shop", root_, 0, end, http(200, "POST")) +
                    subs(
                        sub("DynamoDB", 2, 12,
                            R"(,"namespace":"aws","aws":{"operation":"PutItem","table_name":"carts","region":"eu-west-1","request_id":"R7","retries":1},"http":{"response":{"status":200}})") +
                        "," +
                        sub("rates.example", 12, 18,
                            R"(,"namespace":"remote","http":{"request":{"url":"http://rates.example/eur","method":"GET"},"response":{"status":200}})")) +
                    "}"};
            case 2:
                return {
                    open("orders", root_, 0, end, http(200)) +
                    subs(sub(
                        "orders@db.example", 1, 15,
                        R"(,"namespace":"remote","sql":{"url":"jdbc:postgresql://db.example:5432/orders","database_type":"PostgreSQL","sanitized_query":"SELECT * FROM orders WHERE id = ?","user":"app"})")) +
                    "}"};
            case 3:
                return {
                    open("payment", root_, 0, end, http(500)) +
                    R"(,"fault":true,"cause":{"working_directory":"/srv","exceptions":[{"id":")" +
                    hex(new_id()) +
                    R"(","type":"TimeoutError","message":"bank did not answer","remote":true,"stack":[{"path":"bank.py","line":7,"label":"charge"},{"path":"app.py","line":70,"label":"main"}]}]}})"};
            case 4:
                return {open("shop", root_, 0, end, http(429)) +
                        R"(,"error":true,"throttle":true})"};
            case 5: {
                const std::uint64_t call = new_id();
                return {open("shop", root_, 0, end, http(200)) + "}",
                        open("payment", call, 3, 17,
                             fmt::format(
                                 R"(,"type":"subsegment","parent_id":"{}","namespace":"remote")",
                                 hex(root_))) +
                            "}",
                        open("payment", new_id(), 4, 16,
                             fmt::format(R"(,"parent_id":"{}")", hex(call)) + http(404)) +
                            R"(,"error":true})"};
            }
            case 6:
                return {
                    fmt::format(
                        R"({{"trace_id":"{}","id":"{}","name":"batch","start_time":{},"in_progress":true}})",
                        to_xray_text(trace_), hex(root_), time(0)),
                    open("batch", root_, 0, end) + "}"};
            case 7:
                return {
                    open("search", root_, 0, end, http(200)) +
                    fmt::format(
                        R"(,"annotations":{{"region":"eu-{}","count":{},"ratio":0.{:02d},"beta":{}}},"metadata":{{"default":{{"list":[1,2.50,-3e-7,null,true],"text":"größe 東京 \ud83d\ude00","empty":{{}}}}}}}})",
                        below(4), below(100'000), below(100), below(2) == 0)};
            case 8:
                return {fmt::format(
                    "{{ \"name\" : \"sh\\u006fp\" , \"end_time\":{}1E0,\t\"id\":\"{}\" , "
                    "\"x_unknown\": [ {{ \"a\" : 1 }} ], \"start_time\" : {} , "
                    "\"trace_id\": \"{}\" }}",
                    time(end), hex(root_), time(0), to_xray_text(trace_))};
            case 9:
                return {open("report", root_, 0, end) +
                        fmt::format(R"(,"metadata":{{"rows":{{"digits":"{}"}}}}}})", digits(400))};
            case 10: {
                std::string inner = sub("level-6", 7, 8, "");
                for (int level = 5; level > 0; --level)
                    inner = sub(fmt::format("level-{}", level), level, 14 - level, subs(inner));
                return {open("deep", root_, 0, end) + subs(inner) + "}"};
            }
            default:
                return {
                    open(
                        "resize", root_, 0, end,
                        R"(,"origin":"AWS::Lambda::Function","resource_arn":"arn:aws:lambda:eu-west-1:1:function:resize","service":{"version":"7.1"},"aws":{"account_id":"123456789012","xray":{"sdk":"X-Ray for Go"}})") +
                    "}"};
        }
    }

    std::string digits(std::size_t count) {
        std::string text;
        while (text.size() < count) text += static_cast<char>('0' + below(10));
        return text;
    }

    std::mt19937_64 random_;
    TraceId trace_;
    std::int64_t start_ms_ = 0;
    std::uint64_t root_ = 0;
};

inline Document golden_document(const std::string& json) {
    static thread_local SegmentDecoder decoder;
    auto decoded = decoder.decode(json, std::nullopt);
    auto* segment = std::get_if<Segment>(&decoded);
    REQUIRE_MESSAGE(segment != nullptr, json);
    return {.header = segment->header(), .bytes = json};
}

}  // namespace tomograph::testing
