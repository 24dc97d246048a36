#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "wire/otlp/known_keys.h"

namespace tomograph::testing {

/// Few ids and a short time, so that spans are of the same traces, call each other and come twice.
struct FewIds {
    std::vector<std::string> traces;  ///< 16 bytes each
    std::uint64_t spans = 6;          ///< of one trace
    std::uint64_t start_ns = 0;
    std::uint64_t spread_ns = 0;
};

/// Requests of spans of every kind of oddity, the same for a seed on every machine.
class RandomRequest {
 public:
    explicit RandomRequest(std::uint64_t seed) : state_(mix64(seed + 1)) {}
    RandomRequest(std::uint64_t seed, FewIds few) : state_(mix64(seed + 1)), few_(std::move(few)) {}

    std::string make() {
        std::string bytes;
        protozero::pbf_writer request(bytes);
        for (std::uint64_t i = below(3) + 1; i > 0; --i) add_resource_spans(request);
        return bytes;
    }

 private:
    using Writer = protozero::pbf_writer;

    std::uint64_t below(std::uint64_t limit) {
        state_ = mix64(state_ + 0x9e3779b97f4a7c15ULL);
        return state_ % limit;
    }
    bool one_in(std::uint64_t n) { return below(n) == 0; }
    template <std::size_t n>
    std::string_view one_of(const std::array<std::string_view, n>& all) {
        return all[below(n)];
    }

    std::string text() {
        static constexpr std::array<std::string_view, 28> texts = {
            "GET",
            "postgresql",
            "mysql",
            "redis",
            "aws-api",
            "LOCAL_ROOT",
            "https",
            "orders",
            "arn:aws:logs:eu-west-1:123456789012:log-group:shop",
            "/api/orders/17?a=b",
            "10.0.0.1",
            "https://shop.example/api",
            "AWS.SDK.DynamoDB",
            "aws_ecs",
            "aws_ec2",
            "fargate",
            "404",
            "503",
            "gr\xc3\xbc\xc3\x9f \xe2\x82\xac",
            "broken \xff\xc3 bytes",
            "tab\tand\nline",
            "quote\" and \\",
            "eight888",
            "sixteen_sixteen_",
            "seven77",
            "name with <odd> $igns;",
            "\xf0\x9f\x90\xb1",
            ""};
        if (one_in(40)) return std::string(below(600), static_cast<char>('a' + below(26)));
        if (one_in(60)) return std::string(2500, 'u') + "\xc3\xa9";
        return std::string(one_of(texts));
    }

    std::string key() {
        static constexpr std::array<std::string_view, 3> others = {"tenant", "thread.id",
                                                                   "odd key"};
        if (one_in(8)) return text();
        if (one_in(6)) return std::string(one_of(others));
        if (one_in(200)) return std::string(520, 'k');
        return std::string(one_of(known_keys));
    }

    void add_value(Writer& any, unsigned depth) {
        switch (below(depth < 3 ? 12 : 9)) {
            case 0:
                return any.add_bool(2, one_in(2));
            case 1:
            case 2:
                return any.add_int64(3, integer());
            case 3:
                return any.add_double(4, real());
            case 4:
                return any.add_bytes(7, text());
            case 9: {
                Writer array(any, 5);
                for (std::uint64_t i = below(4); i > 0; --i) {
                    Writer each(array, 1);
                    add_value(each, depth + 1);
                }
                return;
            }
            case 10: {
                Writer map(any, 6);
                for (std::uint64_t i = below(4); i > 0; --i) {
                    Writer member(map, 1);
                    member.add_string(1, one_in(6) ? "$bytes" : key());
                    Writer each(member, 2);
                    add_value(each, depth + 1);
                }
                return;
            }
            case 11:
                return;  // says nothing
            default:
                return any.add_string(1, text());
        }
    }
    std::int64_t integer() {
        static constexpr std::array<std::int64_t, 12> all = {
            0,
            1,
            -1,
            80,
            443,
            200,
            404,
            429,
            500,
            8080,
            std::numeric_limits<std::int64_t>::min(),
            std::numeric_limits<std::int64_t>::max()};
        return one_in(3) ? static_cast<std::int64_t>(below(1200)) : all[below(all.size())];
    }
    double real() {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        switch (below(6)) {
            case 0:
                return one_in(2) ? infinity : std::numeric_limits<double>::quiet_NaN();
            case 1:
                return 503;
            case 2:
                return -0.0;
            case 3:
                return 1e300;
            default:
                return static_cast<double>(below(100'000)) / 128;
        }
    }

    void add_attributes(Writer& message, std::uint32_t tag, std::uint64_t most) {
        for (std::uint64_t i = below(most + 1); i > 0; --i) {
            Writer attribute(message, tag);
            attribute.add_string(1, key());
            if (one_in(30)) continue;
            Writer any(attribute, 2);
            add_value(any, 0);
        }
    }

    std::string id(std::size_t bytes) {
        if (one_in(40)) return std::string(one_in(2) ? bytes : below(20), '\0');
        if (few_ && bytes == 16) return few_->traces[below(few_->traces.size())];
        if (few_) return std::string(7, '\0') + static_cast<char>(1 + below(few_->spans));
        std::string made;
        for (std::size_t i = 0; i < bytes; ++i) made += static_cast<char>(below(256));
        return made;
    }

    std::uint64_t start() {
        if (one_in(50)) return below(2) * (std::uint64_t{1} << 63);
        if (few_) return few_->start_ns + below(few_->spread_ns);
        return 1'478'293'361'271'000'000 + below(3'000'000'000);
    }

    void add_span(Writer& scope_spans) {
        Writer span(scope_spans, 2);
        span.add_bytes(1, id(16));
        span.add_bytes(2, id(8));
        if (one_in(8)) span.add_string(3, text());
        if (!one_in(3)) span.add_bytes(4, id(8));
        if (!one_in(8)) span.add_string(5, text());
        span.add_uint32(6, static_cast<std::uint32_t>(below(8)));
        const std::uint64_t begun = start();
        span.add_fixed64(7, begun);
        if (!one_in(20)) span.add_fixed64(8, one_in(20) ? start() : begun + below(1'000'000'000));
        if (one_in(100)) span.add_fixed64(8, begun + 3'000'000'000'000'000);
        add_attributes(span, 9, one_in(30) ? 40 : 14);
        if (one_in(9)) span.add_uint32(10, 3);
        for (std::uint64_t i = one_in(3) ? below(3) : 0; i > 0; --i) add_event(span);
        if (one_in(9)) span.add_uint32(12, 1);
        for (std::uint64_t i = one_in(4) ? below(3) : 0; i > 0; --i) add_link(span);
        if (one_in(9)) span.add_uint32(14, 2);
        if (one_in(3)) {
            Writer status(span, 15);
            if (one_in(2)) status.add_string(2, text());
            status.add_uint32(3, static_cast<std::uint32_t>(below(4)));
        }
        if (one_in(2)) span.add_fixed32(16, static_cast<std::uint32_t>(below(1024)));
    }

    void add_event(Writer& span) {
        Writer event(span, 11);
        event.add_fixed64(1, one_in(9) ? ~std::uint64_t{0} - below(9) : start());
        event.add_string(2, one_in(2) ? std::string("exception") : text());
        add_attributes(event, 3, 4);
        if (one_in(9)) event.add_uint32(4, 1);
    }

    void add_link(Writer& span) {
        Writer link(span, 13);
        link.add_bytes(1, id(16));
        link.add_bytes(2, id(8));
        if (one_in(4)) link.add_string(3, text());
        add_attributes(link, 4, 3);
        if (one_in(9)) link.add_uint32(5, 1);
        if (one_in(4)) link.add_fixed32(6, 257);
    }

    void add_resource_spans(Writer& request) {
        Writer resource_spans(request, 1);
        {
            Writer resource(resource_spans, 1);
            add_attributes(resource, 1, 12);
            if (one_in(9)) resource.add_uint32(2, 4);
        }
        for (std::uint64_t i = below(2) + 1; i > 0; --i) {
            Writer scope_spans(resource_spans, 2);
            {
                Writer scope(scope_spans, 1);
                scope.add_string(1, text());
                if (one_in(2)) scope.add_string(2, text());
                add_attributes(scope, 3, 2);
            }
            for (std::uint64_t k = below(6); k > 0; --k) add_span(scope_spans);
            if (one_in(4)) scope_spans.add_string(3, text());
        }
        if (one_in(4)) resource_spans.add_string(3, text());
    }

    std::uint64_t state_;
    std::optional<FewIds> few_;
};

}  // namespace tomograph::testing
