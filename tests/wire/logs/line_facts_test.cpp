#include "wire/logs/line_facts.h"

#include <doctest/doctest.h>

namespace tomograph {

TEST_CASE("ids that stand in a text are found in every spelling that loggers have") {
    constexpr const char* id = "6553f1000123456789abcdef01234567";
    const struct {
        const char* text;
        const char* trace;  // "": none
        const char* span;
    } cases[] = {
        {"AWS-XRAY-TRACE-ID: 1-6553f100-0123456789abcdef01234567@53995c3f42cd8ad8", id,
         "53995c3f42cd8ad8"},
        {"Root=1-6553F100-0123456789ABCDEF01234567;Sampled=1", id, ""},
        {"trace_id=6553f1000123456789abcdef01234567 span_id=53995c3f42cd8ad8 trace_flags=01", id,
         "53995c3f42cd8ad8"},
        {R"({"traceId":"6553f1000123456789abcdef01234567","spanId":"53995c3f42cd8ad8"})", id,
         "53995c3f42cd8ad8"},
        {R"({"otelTraceID": "6553f1000123456789abcdef01234567"})", id, ""},
        {"TraceID 6553f1000123456789abcdef01234567", id, ""},
        {"6553f1000123456789abcdef01234567 without a name", "", ""},
        {"request_id=6553f1000123456789abcdef01234567", "", ""},
        {"trace_id=6553f1000123456789abcdef0123456789", "", ""},
        {"dd.trace_id=6553f1000123456789abcdef01234567", "", ""},
        {"trace_id=00000000000000000000000000000000", "", ""},
        {"21-6553f100-0123456789abcdef01234567", "", ""},
        {"1-6553f100-0123456789abcdef0123456", "", ""},
        {"trace", "", ""},
        {"1-", "", ""},
        {"", "", ""},
    };
    for (const auto& each : cases) {
        CAPTURE(each.text);
        const MentionedIds ids = find_ids(each.text);
        CHECK((ids.trace.is_zero() ? "" : to_hex(ids.trace)) == std::string(each.trace));
        CHECK((ids.span.is_none() ? "" : to_hex(ids.span)) == std::string(each.span));
    }
}

TEST_CASE("an attribute that names the trace counts before the text, a field before both") {
    LogRecord record;
    record.body = "1-11111111-0123456789abcdef01234567";
    record.attributes = {{"xrayTraceId", R"("1-6553f100-0123456789abcdef01234567")"}};
    find_ids(record);
    CHECK(to_xray_text(record.trace_id) == "1-6553f100-0123456789abcdef01234567");
    CHECK(record.is_trace_found);
    record = {};
    record.trace_id = {.high = 1, .low = 2};
    record.body = "1-11111111-0123456789abcdef01234567";
    find_ids(record);
    CHECK(record.trace_id == TraceId{.high = 1, .low = 2});
    CHECK_FALSE(record.is_trace_found);
}

TEST_CASE("the severity is what somebody said, in a field, an attribute or the text") {
    const auto severity = [](LogRecord record) {
        find_severity(record);
        return int{record.severity};
    };
    LogRecord record;
    CHECK(severity(record) == 0);
    record.body = "2026-11-26 level=warn slow";
    CHECK(severity(record) == severity_warn);
    record.body = R"({"ts":1,"level":"ERROR"})";
    CHECK(severity(record) == severity_error);
    record.body = "the level of water";
    CHECK(severity(record) == 0);
    record.attributes = {{"levelname", R"("CRITICAL")"}};
    CHECK(severity(record) == severity_error + 1);
    record.severity_text = "Information";
    CHECK(severity(record) == severity_info);
    record.severity = 3;
    CHECK(severity(record) == 3);
    record = {};
    record.severity_text = "blue";
    CHECK(severity(record) == 0);
}

}  // namespace tomograph
