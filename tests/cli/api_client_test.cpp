#include "cli/api_client.h"

#include <doctest/doctest.h>

#include "cli/fake_api.h"

using namespace tomograph;
using namespace tomograph::cli;

TEST_CASE("the endpoint is the flag, else the environment, else the default") {
    const auto none = [](const char*) -> std::optional<std::string> { return std::nullopt; };
    const auto both = [](const char* name) -> std::optional<std::string> {
        return std::string_view(name) == "TOMO_ENDPOINT" ? "https://tomo.example/"
                                                         : "http://aws.example";
    };
    const auto aws = [](const char* name) -> std::optional<std::string> {
        return std::string_view(name) == "TOMO_ENDPOINT" ? std::nullopt
                                                         : std::optional("http://aws.example");
    };
    CHECK(*choose_endpoint("", none) == "http://127.0.0.1:2080");
    CHECK(*choose_endpoint("", both) == "https://tomo.example");
    CHECK(*choose_endpoint("", aws) == "http://aws.example");
    CHECK(*choose_endpoint("localhost:9", both) == "http://localhost:9");
    for (const char* flag : {"file:///etc/passwd", "ftp://x", "http://", "https:///"}) {
        INFO(flag);
        CHECK_FALSE(choose_endpoint(flag, none));
    }
}

TEST_CASE("answers of the server become errors that tell the exit code") {
    FakeApi api;
    Captured captured;
    ApiClient client(api.endpoint(), captured.console);
    const struct {
        int status;
        const char* body;
        ErrorCode code;
        const char* message;
        ExitCode exit;
    } cases[] = {
        {400, R"({"__type":"InvalidRequestException","message":"bad filter"})", ErrorCode::invalid,
         "InvalidRequestException: bad filter", ExitCode::usage},
        {403, R"({"__type":"AccessDeniedException","message":"no"})", ErrorCode::denied,
         "AccessDeniedException: no", ExitCode::denied},
        {429, R"({"Message":"slow down"})", ErrorCode::limit, "slow down", ExitCode::server_error},
        {500, "<html>", ErrorCode::internal, "the server answered HTTP 500",
         ExitCode::server_error},
        {404, "", ErrorCode::internal, "the server answered HTTP 404", ExitCode::server_error},
    };
    for (const auto& c : cases) {
        const std::string path = "/" + std::to_string(c.status);
        api.reply(path, {.status = c.status, .headers = {}, .body = c.body});
        const auto answer = client.call(path, "{}");
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code() == c.code);
        CHECK(answer.error().message() == c.message);
        CHECK(exit_code_of(answer.error().code()) == c.exit);
    }
}

TEST_CASE("an answer that is no JSON is told as such") {
    FakeApi api;
    api.reply("/X", {.status = 200, .headers = {}, .body = "<html>hello"});
    Captured captured;
    ApiClient client(api.endpoint(), captured.console);
    const auto answer = client.call("/X", "{}");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().message() == "the answer of " + api.endpoint() +
                                          "/X is not JSON at byte 0; is it a Tomograph server?");
}

TEST_CASE("a server that is not there is said so, with the next step") {
    std::string endpoint;
    {
        const FakeApi gone;
        endpoint = gone.endpoint();
    }
    Captured captured;
    ApiClient client(endpoint, captured.console);
    const auto answer = client.call("/ServiceGraph", "{}");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code() == ErrorCode::unavailable);
    CHECK(captured.console.fail(answer.error()) == ExitCode::cannot_connect);
    CHECK(captured.err == "tomo: cannot connect to " + endpoint +
                              " (refused). Is the server running? try: tomo serve\n");
}

TEST_CASE("pages are read until the token ends") {
    FakeApi api;
    api.reply("/List",
              {.status = 200, .headers = {}, .body = R"({"Items":[1],"NextToken":"a\"b"})"});
    api.reply("/List", {.status = 200, .headers = {}, .body = R"({"Items":[2,3]})"});
    Captured captured;
    ApiClient client(api.endpoint(), captured.console);
    std::size_t items = 0;
    REQUIRE(client.pages("/List", "\"A\":1", [&](Json answer) {
        items += answer["Items"].size();
        return true;
    }));
    CHECK(items == 3);
    CHECK(api.bodies() ==
          std::vector<std::string>{R"(/List {"A":1})", R"(/List {"A":1,"NextToken":"a\"b"})"});
}

TEST_CASE("a server that always has one more page does not hold us for ever") {
    FakeApi api;
    api.reply("/List", {.status = 200, .headers = {}, .body = R"({"NextToken":"again"})"});
    Captured captured;
    ApiClient client(api.endpoint(), captured.console);
    const auto read = client.pages("/List", "", [](Json) { return true; });
    REQUIRE_FALSE(read);
    CHECK(read.error().code() == ErrorCode::limit);
}

TEST_CASE("-v shows requests as curl commands that a shell takes as they are") {
    FakeApi api;
    api.reply("/X", {.status = 200, .headers = {}, .body = "{}"});
    Captured captured;
    captured.console.is_verbose = true;
    ApiClient client(api.endpoint(), captured.console);
    CHECK(client.call("/X", R"({"a":"it's"})"));
    CHECK(captured.err == "curl -sS '" + api.endpoint() +
                              R"(/X' -H 'Content-Type: application/json' -d '{"a":"it'\''s"}')" +
                              "\n");
}
