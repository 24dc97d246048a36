#include "wire/otlp/span_documents.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <variant>

#include "base/hash.h"
#include "support/otlp_round_trip.h"
#include "wire/json/json_index.h"
#include "wire/otlp/json_request.h"
#include "wire/otlp/random_request.h"
#include "wire/xray/segment_decoder.h"

using namespace tomograph;

namespace {

/// Every document of a request, and what was refused.
class Documents final : public SpanSink {
 public:
    void begin(const WireResource& resource, const WireScope& scope) override {
        resource_ = &resource;
        maker_.begin(resource, scope);
    }
    void take(const WireSpan& span) override {
        const auto pair = maker_.of(span, *resource_, span_test_window);
        if (!pair) {
            in_order.push_back(pair.error().message());
            return refused.push_back(pair.error().message());
        }
        add(pair->first);
        if (!pair->second.json.empty()) add(pair->second);
    }

    std::vector<std::string> all;
    std::vector<std::string> refused;
    std::vector<std::string> faults;    ///< made_fault()
    std::size_t told = 0;               ///< documents that need not be read
    std::vector<std::string> in_order;  ///< `all` and `refused`

 private:
    void add(const SpanDocuments::Made& made) {
        all.emplace_back(made.json);
        in_order.emplace_back(made.json);
        told += made.read ? 1 : 0;
        if (std::string fault = made_fault(made); !fault.empty())
            faults.push_back(std::move(fault));
    }

    SpanDocuments maker_;
    const WireResource* resource_ = nullptr;
};

/// A request in JSON with one span of these members.
std::string request_of(std::string_view span, std::string_view resource = "",
                       std::string_view ids = R"("spanId":"00000000000000a1",)") {
    return fmt::format(
        R"({{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name",)"
        R"("value":{{"stringValue":"shop"}}}}{}]}},"scopeSpans":[{{"scope":{{"name":"lib"}},)"
        R"("spans":[{{"traceId":"581cf771a006649127e371903a2de979",{})"
        R"("startTimeUnixNano":"1478293361271000001","endTimeUnixNano":"1478293361449000000",{}}}]}}]}}]}})",
        resource, ids, span);
}

Documents documents_of(const std::string& json) {
    const auto request = trace_request_of_json(json);
    REQUIRE_MESSAGE(request, (request ? "" : request.error().message()));
    Documents documents;
    REQUIRE(read_trace_request(*request, documents));
    return documents;
}

std::string one_document(std::string_view span, std::string_view resource = "") {
    const Documents documents = documents_of(request_of(span, resource));
    REQUIRE(documents.refused.empty());
    REQUIRE(documents.all.size() == 1);
    return documents.all[0];
}

std::string attributes(std::string_view list) { return fmt::format(R"("attributes":[{}])", list); }

std::string text(std::string_view key, std::string_view value) {
    return fmt::format(R"({{"key":"{}","value":{{"stringValue":"{}"}}}})", key, value);
}

std::string number(std::string_view key, int value) {
    return fmt::format(R"({{"key":"{}","value":{{"intValue":{}}}}})", key, value);
}

bool has(const std::string& document, std::string_view part) {
    return document.find(part) != std::string::npos;
}

Segment decoded(const std::string& document) {
    SegmentDecoder decoder;
    auto result = decoder.decode(document, std::nullopt);
    REQUIRE(std::holds_alternative<Segment>(result));
    return std::move(std::get<Segment>(result));
}

}  // namespace

TEST_CASE(
    "a span is a document with X-Ray's members, its scalars as annotations, and all the rest") {
    const std::string document = one_document(
        R"("name":"GET /","kind":2,"traceState":"a=b","flags":257,"status":{"code":1},)" +
        attributes(
            text("http.request.method", "GET") + "," + number("http.status_code", 404) +
            R"(,{"key":"list","value":{"arrayValue":{"values":[{"intValue":1},{"boolValue":true}]}}})"
            R"(,{"key":"half","value":{"doubleValue":0.5}})"));
    CHECK(
        document ==
        R"({"trace_id":"1-581cf771-a006649127e371903a2de979","id":"00000000000000a1","name":"shop",)"
        R"("start_time":1478293361.271000001,"end_time":1478293361.449000000,"error":true,)"
        R"("http":{"request":{"method":"GET"},"response":{"status":404}},)"
        R"("annotations":{"http.request.method":"GET","http.status_code":404,"half":0.5},)"
        R"("otel":{"name":"GET /","kind":"SERVER","flags":257,"trace_state":"a=b",)"
        R"("attributes":{"list":[1,true]},"status":{"code":1},)"
        R"("resource":{"attributes":{"service.name":"shop"}},"scope":{"name":"lib"}}})");
    const Segment segment = decoded(document);
    CHECK(segment.own().start == Instant{1478293361271000001});
    CHECK(segment.own().error);
    CHECK(segment.annotations_dropped == 0);
}

TEST_CASE("which part a span has is told by its flags, then by its kind") {
    const std::string parent = R"("parentSpanId":"00000000000000b2",)";
    struct Case {
        std::string_view span;
        bool has_parent;
        bool is_segment;
    };
    const Case cases[] = {
        {R"("kind":2)", false, true},
        {R"("kind":2)", true, true},
        {R"("kind":5)", true, true},
        {R"("kind":1)", true, false},
        {R"("kind":3)", true, false},
        {R"("kind":1)", false, true},
        {R"("kind":2,"flags":257)", true, false},  // its parent is known to be local
        {R"("kind":1,"flags":769)", true, true},   // and here to be remote
        {R"("kind":1,"attributes":[{"key":"aws.span.kind","value":{"stringValue":"LOCAL_ROOT"}}])",
         true, true},
    };
    for (const Case& each : cases) {
        INFO(each.span, " ", each.has_parent);
        const std::string document =
            one_document((each.has_parent ? parent : "") + std::string(each.span));
        CHECK(decoded(document).own().is_segment == each.is_segment);
        CHECK(has(document, R"("parent_id":"00000000000000b2")") == each.has_parent);
    }
}

TEST_CASE("a call that no work is known around brings its service with it, the same each time") {
    const std::string json =
        request_of(R"("name":"GET","kind":3,)" + attributes(text("server.address", "bank")));
    const Documents documents = documents_of(json);
    REQUIRE(documents.all.size() == 2);
    CHECK(documents.all == documents_of(json).all);
    const Segment call = decoded(documents.all[0]);
    const Segment around = decoded(documents.all[1]);
    CHECK(call.own().name == "bank");
    CHECK(call.own().name_space == SpanNamespace::remote);
    CHECK(around.own().name == "shop");
    CHECK(around.own().is_segment);
    CHECK(call.own().parent_id == around.own().id);
    CHECK(around.own().parent_id.is_none());
}

TEST_CASE("calls are named by whom they call") {
    struct Case {
        std::string attributes;
        std::string_view name;
        SpanNamespace place;
    };
    const Case cases[] = {
        {text("peer.service", "bank") + "," + text("server.address", "10.0.0.1"), "bank",
         SpanNamespace::remote},
        {text("rpc.system", "aws-api") + "," + text("rpc.service", "DynamoDB"), "DynamoDB",
         SpanNamespace::aws},
        {text("rpc.system", "aws-api") + "," + text("aws.remote.service", "AWS::S3"), "S3",
         SpanNamespace::aws},
        {text("db.system", "postgresql") + "," + text("db.name", "orders") + "," +
             text("net.peer.name", "db1"),
         "orders@db1", SpanNamespace::remote},
        {text("db.system.name", "redis") + "," + text("server.address", "cache"), "cache",
         SpanNamespace::remote},
        {text("messaging.destination.name", "jobs"), "jobs", SpanNamespace::remote},
        {text("http.host", "bank:8080"), "bank8080", SpanNamespace::remote},
        {text("x", "y"), "op", SpanNamespace::remote},
    };
    for (const Case& each : cases) {
        INFO(each.attributes);
        const Segment segment =
            decoded(one_document(R"("name":"op","kind":3,"parentSpanId":"00000000000000b2",)" +
                                 attributes(each.attributes)));
        CHECK(segment.own().name.substr(0, 4) == each.name.substr(0, 4));
        CHECK(segment.own().name_space == each.place);
    }
}

TEST_CASE("the outcome is that of HTTP, then of gRPC, then of the span") {
    struct Case {
        std::string span;
        std::string_view outcome;
    };
    const std::string failed = R"("status":{"code":2})";
    const Case cases[] = {
        {attributes(number("http.response.status_code", 404)), "error"},
        {attributes(number("http.status_code", 429)), "throttle"},
        {attributes(text("http.status_code", "503")), "fault"},
        {attributes(number("http.status_code", 200)) + "," + failed, "fault"},
        {attributes(number("http.status_code", 404)) + "," + failed, "error"},
        {attributes(number("rpc.grpc.status_code", 5)), "error"},
        {attributes(number("rpc.grpc.status_code", 8)), "throttle"},
        {attributes(number("rpc.grpc.status_code", 14)), "fault"},
        {failed, "fault"},
        {R"("status":{"code":1})", "ok"},
    };
    for (const Case& each : cases) {
        INFO(each.span);
        const Span row = decoded(one_document(R"("kind":2,)" + each.span)).spans.front();
        CHECK(row.fault == (each.outcome == "fault"));
        CHECK(row.throttle == (each.outcome == "throttle"));
        CHECK(row.error == (each.outcome == "error" || each.outcome == "throttle"));
    }
}

TEST_CASE("a receiver's links say where the event waited, as its sender names that place") {
    const auto links_of = [](std::string_view kind, const std::string& said,
                             const std::string& link) {
        const std::string document = one_document(
            fmt::format(R"("kind":{},{},"links":[{{"traceId":"581cf771a006649127e371903a2de970",)"
                        R"("spanId":"0000000000000009",{}}}])",
                        kind, attributes(said), attributes(link)));
        const Segment segment = decoded(document);
        REQUIRE(segment.own().links.size() == 1);
        return std::string(segment.own().links[0].queue_url);
    };
    const std::string named = text("messaging.destination.name", "orders!");
    CHECK(links_of("5", named, "") == "orders");  // as it stands in the name of a call
    CHECK(links_of("5", named, text("messaging.destination.name", "late")) == "late");
    CHECK(links_of("5", named, text("aws.sqs.queue.url", "https://q")) == "https://q");
    CHECK(links_of("5", named + "," + text("messaging.system", "aws_sqs"), "") == "");
    CHECK(links_of("2", named, "") == "");
    CHECK(links_of("5", text("messaging.system", "kafka"), "") == "");
}

TEST_CASE("the text of a stack is the exception's frames, and its causes are exceptions") {
    const std::string document = one_document(
        R"("events":[{"name":"exception","attributes":[)" + text("exception.type", "CardError") +
        "," + text("exception.message", "declined") + "," +
        text("exception.stacktrace",
             R"(shop.CardError: declined\n\tat shop.Card.charge(Card.java:12)\n)"
             R"(Caused by: shop.BankError: no\n\tat shop.Bank.ask(Bank.java:3)\n)") +
        "]}]");
    const Segment segment = decoded(document);
    const Span& own = segment.own();
    REQUIRE(own.exceptions.size() == 2);
    CHECK((own.exceptions[0].type == "CardError" && own.exceptions[0].message == "declined"));
    CHECK((own.exceptions[1].type == "shop.BankError" && own.exceptions[1].message == "no"));
    CHECK(own.exceptions[0].cause == own.exceptions[1].id);
    CHECK(own.exceptions[0].id != own.exceptions[1].id);
    CHECK_MESSAGE(
        document.find(R"("stack":[{"path":"Card.java","label":"shop.Card.charge","line":12}])") !=
            std::string::npos,
        document);
    CHECK(document.find(R"({"path":"Bank.java","label":"shop.Bank.ask","line":3})") !=
          std::string::npos);
}

TEST_CASE("events, links, bytes and maps are kept, and exceptions are a cause") {
    const std::string document = one_document(
        R"("kind":2,"status":{"code":2,"message":"no"},"droppedEventsCount":3,)"
        R"("events":[{"timeUnixNano":"1478293361300000000","name":"exception","attributes":[)" +
        text("exception.type", "CardError") + "," + text("exception.message", "declined") +
        R"(]}],"links":[{"traceId":"581cf771a006649127e371903a2de979","spanId":"00000000000000c3",)"
        R"("attributes":[{"key":"k","value":{"intValue":1}}]}],)" +
        attributes(
            R"({"key":"raw","value":{"bytesValue":"AAEC"}},{"key":"m","value":{"kvlistValue":)"
            R"({"values":[{"key":"$bytes","value":{"stringValue":"x"}}]}}},)"
            R"({"key":"nan","value":{"doubleValue":"NaN"}},{"key":"none"})"));
    CHECK(has(document, R"("raw":{"$bytes":"AAEC"})"));
    CHECK(has(document, R"("m":{"$map":{"$bytes":"x"}})"));
    CHECK(has(document, R"("nan":{"$number":"NaN"})"));
    CHECK(has(document, R"("none":null)"));
    CHECK(has(document, R"("dropped_events":3)"));
    CHECK(has(document, R"("time":1478293361.300000000)"));
    const Span row = decoded(document).spans.front();
    REQUIRE(decoded(document).own().exceptions.size() == 1);
    CHECK(decoded(document).own().exceptions[0].type == "CardError");
    CHECK(row.links.size() == 1);
}

TEST_CASE("a segment says where its service runs and logs") {
    const std::string resource =
        "," + text("cloud.platform", "aws_ecs") + "," + text("container.id", "c1") + "," +
        text("telemetry.sdk.name", "opentelemetry") + "," + text("telemetry.sdk.language", "java") +
        R"(,{"key":"aws.log.group.arns","value":{"arrayValue":{"values":[{"stringValue":)"
        R"("arn:aws:logs:eu-west-1:1:log-group:/shop/api:*"}]}}})";
    const std::string document =
        one_document(R"("kind":2,)" + attributes(text("client.address", "10.0.0.7") + "," +
                                                 text("http.request.method", "GET")),
                     resource);
    CHECK(has(document, R"("origin":"AWS::ECS::Container")"));
    CHECK(has(document,
              R"("aws":{"ecs":{"container_id":"c1"},"cloudwatch_logs":[{"log_group":"/shop/api",)"
              R"("arn":"arn:aws:logs:eu-west-1:1:log-group:/shop/api:*"}],)"
              R"("xray":{"sdk":"opentelemetry for java","auto_instrumentation":false}})"));
    CHECK(has(document, R"("client_ip":"10.0.0.7","x_forwarded_for":true)"));
    const std::string step =
        one_document(R"("kind":1,"parentSpanId":"00000000000000b2")", resource);
    CHECK_FALSE(has(step, R"("aws")"));
}

TEST_CASE("spans that cannot be kept are refused one by one, and say why") {
    const std::string_view ids[] = {R"("spanId":"00",)", R"("spanId":"0000000000000000",)", ""};
    for (const std::string_view each : ids) {
        INFO(each);
        const Documents documents = documents_of(request_of(R"("kind":2)", "", each));
        CHECK(documents.all.empty());
        REQUIRE(documents.refused.size() == 1);
        CHECK(documents.refused[0].find("span_id") != std::string::npos);
    }
    const Documents late = documents_of(request_of(R"("startTimeUnixNano":0)"));
    REQUIRE(late.refused.size() == 1);
    CHECK(late.refused[0].find("start_time_unix_nano is 0") != std::string::npos);
}

TEST_CASE("a text that is not UTF-8 is kept as far as it is") {
    SpanJson json;
    json.open();
    json.text("k", "a\xff\xc3(\xe2\x98\x83");
    CHECK(json.view() == "{\"k\":\"a\xef\xbf\xbd\xef\xbf\xbd(\xe2\x98\x83\"");
}

TEST_CASE("JSON that is no request is refused with the place") {
    for (const std::string_view json :
         {"", "[]", R"({"resourceSpans":[1]})", R"({"resourceSpans":{}} x)",
          R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"xy"}]}]}]})",
          R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"NONE"}]}]}]})",
          R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":1.5}]}]}]})"}) {
        INFO(json);
        const auto request = trace_request_of_json(json);
        REQUIRE_FALSE(request);
        CHECK(request.error().code() == ErrorCode::invalid);
    }
    CHECK(trace_request_of_json("{}")->empty());
    Documents none;
    CHECK_FALSE(read_trace_request("\xff", none));
    CHECK(read_trace_request("", none));
}

// The number is of the writer that went over JsonText, member by member. A change of what spans
// become gives another one; a change of how it is written must not.
TEST_CASE("documents of random spans are byte for byte what they were") {
    std::uint64_t hash = 0;
    for (std::uint64_t seed = 0; seed < 1500; ++seed) {
        Documents documents;
        REQUIRE(read_trace_request(testing::RandomRequest(seed).make(), documents));
        for (const std::string& document : documents.in_order) hash = hash64(document, hash);
    }
    CHECK(hash == 0xe24987be4986e8a0);
}

TEST_CASE("what is told of a document without reading it is what the decoder reads") {
    std::size_t told = 0;
    std::size_t all = 0;
    for (std::uint64_t seed = 5000; seed < 6500; ++seed) {
        Documents documents;
        REQUIRE(read_trace_request(testing::RandomRequest(seed).make(), documents));
        REQUIRE(documents.faults == std::vector<std::string>{});
        all += documents.all.size();
        told += documents.told;
    }
    CHECK(told > all / 2);
    CHECK(told < all);
}
