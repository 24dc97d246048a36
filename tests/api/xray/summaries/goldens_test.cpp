#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "api/api_bench.h"
#include "support/goldens.h"
#include "support/memory_store.h"

namespace tomograph::testing {
namespace {

namespace fs = std::filesystem;
using Value = rapidjson::Value;

/// When the documents came: they were recorded then.
constexpr std::int64_t recorded_second = 1'795'698'960;
/// X-Ray prints three decimals, and so do the expectations; ours have more.
constexpr double step = 0.000'51;

std::string text_of(const Value& value) {
    rapidjson::StringBuffer out;
    rapidjson::Writer<rapidjson::StringBuffer> writer(out);
    value.Accept(writer);
    return out.GetString();
}

bool is_same(const Value& a, const Value& b) {
    if (a.IsNumber() && b.IsNumber()) return std::abs(a.GetDouble() - b.GetDouble()) < step;
    if (a.GetType() != b.GetType()) return false;
    if (a.IsArray())
        return a.Size() == b.Size() && std::equal(a.Begin(), a.End(), b.Begin(), is_same);
    if (!a.IsObject()) return a == b;
    return a.MemberCount() == b.MemberCount() &&
           std::all_of(a.MemberBegin(), a.MemberEnd(), [&](const auto& member) {
               const auto found = b.FindMember(member.name);
               return found != b.MemberEnd() && is_same(member.value, found->value);
           });
}

std::set<std::string> names_of(const Value& a, const Value& b) {
    std::set<std::string> names;
    for (const Value* each : {&a, &b})
        for (const auto& member : each->GetObject()) names.insert(member.name.GetString());
    return names;
}

/// The services of a trace have no order.
void sort_services(Value& summary) {
    auto services = summary["ServiceIds"].GetArray();
    std::sort(services.begin(), services.end(), [](const Value& a, const Value& b) {
        return std::string_view(a["Name"].GetString()) < std::string_view(b["Name"].GetString()) ||
               text_of(a) < text_of(b);
    });
}

rapidjson::Document parsed(const std::string& json) {
    rapidjson::Document document;
    document.Parse(json.c_str());
    REQUIRE_FALSE(document.HasParseError());
    return document;
}

rapidjson::Document summaries_of(ApiBench& bench, const fs::path& folder, std::string_view type) {
    std::ifstream documents(folder / "documents.txt");
    for (std::string line; std::getline(documents, line);)
        REQUIRE(bench.post("/TraceSegments", put_body({line})).body ==
                R"({"UnprocessedTraceSegments":[]})");
    const HttpReply reply = bench.post(
        "/TraceSummaries", fmt::format(R"({{"StartTime":{},"EndTime":{},"TimeRangeType":"{}"}})",
                                       recorded_second - 120, recorded_second, type));
    REQUIRE(reply.status == 200);
    return parsed(reply.body);
}

}  // namespace

// <case>/: documents.txt is what an SDK sent (tests/interop/record), a document a line;
// plugin-* and lambda are blocks of the X-Ray Developer Guide. summary.json was written by hand
// from what the API's documentation says of each member, and is not to be written by a program.
TEST_CASE("each member of a summary says what the documents of real SDKs do") {
    std::size_t cases = 0;
    for (const auto& entry : fs::directory_iterator(GOLDENS_FOLDER)) {
        if (!entry.is_directory()) continue;
        CAPTURE(entry.path().filename().string());
        MemoryStore store;
        ApiBench bench(store);
        bench.clock.advance(Instant::from_seconds(recorded_second) - bench.clock.now());
        rapidjson::Document answer = summaries_of(bench, entry.path(), "TraceId");
        REQUIRE(answer["TraceSummaries"].Size() == 1);
        Value& summary = answer["TraceSummaries"][0];
        rapidjson::Document expected = parsed(read_golden(entry.path() / "summary.json"));
        sort_services(summary);
        sort_services(expected);
        for (const std::string& name : names_of(summary, expected)) {
            CAPTURE(name);
            const bool has_both =
                summary.HasMember(name.c_str()) && expected.HasMember(name.c_str());
            REQUIRE(has_both);
            const Value& is = summary[name.c_str()];
            const Value& should_be = expected[name.c_str()];
            CHECK_MESSAGE(is_same(is, should_be), text_of(is), " instead of ", text_of(should_be));
        }
        ++cases;
    }
    CHECK(cases == 17);
}

TEST_CASE("a summary that was asked for by events tells which one matched") {
    MemoryStore store;
    ApiBench bench(store);
    bench.clock.advance(Instant::from_seconds(recorded_second) - bench.clock.now());
    const rapidjson::Document answer =
        summaries_of(bench, fs::path(GOLDENS_FOLDER) / "python-remote", "Event");
    REQUIRE(answer["TraceSummaries"].Size() == 1);
    const Value& summary = answer["TraceSummaries"][0];
    REQUIRE(summary.HasMember("MatchedEventTime"));
    CHECK(summary["MatchedEventTime"].GetDouble() == summary["StartTime"].GetDouble());
}

}  // namespace tomograph::testing
