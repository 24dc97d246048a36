#include "net/grpc/status.h"

#include <doctest/doctest.h>

#include "net/grpc/frame.h"
#include "net/grpc/health.h"

namespace tomograph {

TEST_CASE("grpc-message encodes what is not printable ASCII") {
    CHECK(grpc_percent_encode("a b~") == "a b~");
    CHECK(grpc_percent_encode("50 % \n\xc3\xa9") == "50 %25 %0A%C3%A9");
}

TEST_CASE("grpc-timeout has a number of up to 8 digits and a unit") {
    CHECK(parse_grpc_timeout("1S") == Duration::seconds(1));
    CHECK(parse_grpc_timeout("250m") == Duration::milliseconds(250));
    CHECK(parse_grpc_timeout("99999999u") == Duration::microseconds(99'999'999));
    CHECK(parse_grpc_timeout("7n") == Duration::nanoseconds(7));
    CHECK(parse_grpc_timeout("2M") == Duration::minutes(2));
    CHECK(parse_grpc_timeout("99999999H") > Duration::days(360));
    for (const char* bad : {"", "S", "1", "1s", "-1S", "999999999S", "1 S", "1.5S"})
        CHECK_FALSE(parse_grpc_timeout(bad));
}

TEST_CASE("content types of gRPC") {
    for (const char* one : {"application/grpc", "application/grpc+proto", "Application/gRPC;x=y"})
        CHECK(is_grpc(one));
    for (const char* one : {"", "application/json", "application/grpc-web", "application/grp"})
        CHECK_FALSE(is_grpc(one));
}

TEST_CASE("a body of gRPC is one message") {
    CHECK(check_grpc_body(grpc_prefix(3, false) + "abc").empty());
    CHECK(check_grpc_body(grpc_prefix(0, false)).empty());
    CHECK(check_grpc_body("") == "a call without a message");
    CHECK(check_grpc_body("abc") == "a message's prefix is cut short");
    CHECK(check_grpc_body("\x02"
                          "abcdef") == "a message's flag is neither 0 nor 1");
    CHECK(check_grpc_body(grpc_prefix(4, false) + "abc") ==
          "a message is shorter than its prefix says");
    CHECK(check_grpc_body(grpc_prefix(1, false) + "a" + grpc_prefix(1, false) + "b") ==
          "more than one message in a unary call");
    CHECK(read_grpc_prefix(std::string("\1\xff\xff\xff\xff", 5))->length == 0xffffffff);
}

TEST_CASE("an answer goes into header, body and trailers; an error into the header alone") {
    const HttpReply good = to_http({.status = GrpcStatus::ok, .message = "abc"});
    CHECK(good.status == 200);
    CHECK(good.body == grpc_prefix(3, false) + "abc");
    REQUIRE(good.trailers.size() == 1);
    CHECK(good.trailers[0].value == "0");

    const HttpReply bad = to_http({.status = GrpcStatus::unavailable,
                                   .message = "lost",
                                   .sentence = "not now: 100 %",
                                   .details = std::string("\x08\x0e\xff\xff", 4)});
    CHECK(bad.status == 200);
    CHECK(bad.body.empty());
    CHECK(bad.trailers.empty());
    REQUIRE(bad.headers.size() == 5);
    CHECK(bad.headers[2].value == "14");
    CHECK(bad.headers[3].value == "not now: 100 %25");
    CHECK(bad.headers[4].name == "grpc-status-details-bin");
    CHECK(bad.headers[4].value == "CA7//w");
}

TEST_CASE("a health request names a service, among fields that are passed over") {
    CHECK(read_health_request("") == "");
    CHECK(read_health_request("\x0a\x03"
                              "abc") == "abc");
    CHECK(read_health_request("\x10\x85\x01\x19"
                              "12345678"
                              "\x25"
                              "1234\x0a\x01"
                              "x") == "x");
    for (const std::string bad : {"\x0a\x04"
                                  "abc",
                                  "\x0a", "\x0b",
                                  "\x02"
                                  "x",
                                  "\x10\x85",
                                  "\x19"
                                  "1234"})
        CHECK_FALSE(read_health_request(bad));
    CHECK(health_response(true) == "\x08\x01");
}

}  // namespace tomograph
