#include "api/error.h"

#include <doctest/doctest.h>

using namespace tomograph;

namespace {

std::string header(const HttpReply& reply, std::string_view name) {
    for (const HttpHeader& each : reply.headers)
        if (each.name == name) return each.value;
    return "";
}

}  // namespace

TEST_CASE("every code of the program has one exception and one status") {
    struct Case {
        ErrorCode code;
        std::string_view type;
        int status;
    };
    const Case cases[] = {
        {ErrorCode::invalid, "InvalidRequestException", 400},
        {ErrorCode::not_found, "ResourceNotFoundException", 404},
        {ErrorCode::conflict, "InvalidRequestException", 400},
        {ErrorCode::limit, "InvalidRequestException", 400},
        {ErrorCode::denied, "AccessDeniedException", 403},
        {ErrorCode::unavailable, "ServiceUnavailable", 503},
        {ErrorCode::timeout, "ServiceUnavailable", 503},
        {ErrorCode::cancelled, "ServiceUnavailable", 503},
        {ErrorCode::corrupt, "InternalFailure", 500},
        {ErrorCode::io, "InternalFailure", 500},
        {ErrorCode::internal, "InternalFailure", 500},
    };
    for (const auto& [code, type, status] : cases) {
        CAPTURE(to_text(code));
        const ApiError error = to_api_error(Error(code, "why"));
        CHECK(error.type == type);
        CHECK(error.status == status);
        CHECK(error.message == "why");
    }
}

TEST_CASE("an error reads the same to every SDK") {
    const HttpReply reply = to_reply(invalid_request("x is \"required\""));
    CHECK(reply.status == 400);
    CHECK(header(reply, "Content-Type") == "application/json");
    CHECK(header(reply, "x-amzn-ErrorType") == "InvalidRequestException");
    CHECK(reply.body == R"({"__type":"InvalidRequestException","Message":"x is \"required\"",)"
                        R"("message":"x is \"required\""})");
    CHECK(header(reply, "Retry-After").empty());
    CHECK(header(to_reply(throttled("")), "Retry-After") == "1");
    CHECK(header(to_reply(to_api_error(Error(ErrorCode::unavailable, ""))), "Retry-After") == "1");
}

TEST_CASE("a stranger's text is shortened and made printable") {
    CHECK(quoted("/Traces") == "/Traces");
    CHECK(quoted("a\x1b[31m\xff\n") == "a?[31m??");
    CHECK(quoted(std::string(5000, 'x')).size() == 103);
}
