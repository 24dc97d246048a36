#include <doctest/doctest.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>

#include <filesystem>
#include <fstream>

#include "api/api_bench.h"
#include "api/xray/operations.h"
#include "support/goldens.h"
#include "support/memory_store.h"

namespace tomograph::testing {
namespace {

namespace fs = std::filesystem;

struct PrettyWriter : rapidjson::PrettyWriter<rapidjson::StringBuffer> {
    using rapidjson::PrettyWriter<rapidjson::StringBuffer>::PrettyWriter;

    /// rapidjson 1.1 puts the text of a number into quotes here.
    bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
        return RawValue(text, size, rapidjson::kNumberType);
    }
};

/// The same JSON for people: every number and member as it was.
std::string pretty(const std::string& json) {
    rapidjson::StringStream in(json.c_str());
    rapidjson::StringBuffer out;
    PrettyWriter writer(out);
    writer.SetIndent(' ', 2);
    rapidjson::Reader reader;
    REQUIRE(reader.Parse<rapidjson::kParseNumbersAsStringsFlag>(in, writer));
    return std::string(out.GetString()) + "\n";
}

void put_documents(ApiBench& bench, const fs::path& file) {
    std::ifstream documents(file);
    std::string line;
    while (std::getline(documents, line)) {
        const HttpReply reply = bench.post("/TraceSegments", put_body({line}));
        REQUIRE(reply.body == R"({"UnprocessedTraceSegments":[]})");
    }
}

}  // namespace

// tests/api/xray/<case>/: documents.txt holds one document a line; <Operation>.request.json is
// answered by <Operation>.answer.json.
TEST_CASE("operations answer as the goldens say") {
    std::size_t requests = 0;
    for (const auto& entry : fs::directory_iterator(GOLDENS_FOLDER)) {
        if (!fs::exists(entry.path() / "documents.txt")) continue;
        MemoryStore store;
        ApiBench bench(store);
        put_documents(bench, entry.path() / "documents.txt");
        for (const XrayOperation& operation : xray_operations()) {
            const std::string name(operation.name);
            if (!fs::exists(entry.path() / (name + ".request.json"))) continue;
            CAPTURE(entry.path().filename().string() + "/" + name);
            const HttpReply reply = bench.post(
                std::string(operation.path), read_golden(entry.path() / (name + ".request.json")));
            CHECK(reply.status == 200);
            CHECK(header(reply, "Content-Type") == "application/json");
            check_golden(entry.path() / (name + ".answer.json"), pretty(reply.body));
            ++requests;
        }
    }
    CHECK(requests >= 8);
}

// The token is drawn anew each time, so it is no part of the requests and answers here.
TEST_CASE("retrievals answer as the goldens say") {
    const fs::path folder = fs::path(GOLDENS_FOLDER) / "retrieval";
    MemoryStore store;
    ApiBench bench(store);
    put_documents(bench, folder / "documents.txt");
    const std::string started =
        bench.post("/StartTraceRetrieval", read_golden(folder / "start.json")).body;
    const std::string_view before = R"({"RetrievalToken":")";
    REQUIRE(started.starts_with(before));
    REQUIRE(started.ends_with("\"}"));
    const std::string token = started.substr(before.size(), started.size() - before.size() - 2);
    const auto check = [&](const std::string& operation, const std::string& more,
                           const std::string& name) {
        const HttpReply reply =
            bench.post("/" + operation, R"({"RetrievalToken":")" + token + "\"" + more + "}");
        CHECK(reply.status == 200);
        CHECK(reply.body.find(token) == std::string::npos);
        check_golden(folder / (name + ".answer.json"), pretty(reply.body));
    };
    check("ListRetrievedTraces", "", "ListRetrievedTraces");
    check("ListRetrievedTraces", R"(,"TraceFormat":"OTEL")", "ListRetrievedTraces.otel");
    check("GetRetrievedTracesGraph", "", "GetRetrievedTracesGraph");
}

}  // namespace tomograph::testing
