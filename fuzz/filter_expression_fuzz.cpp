#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "query/filter/compiler.h"
#include "query/filter/naive_filter.h"
#include "query/filter/parser.h"
#include "query/filter/printer.h"
#include "query/filter/selector.h"
#include "query/limits.h"
#include "wire/json/utf8.h"

using namespace tomograph;

namespace {

struct Groups final : GroupFilters {
    std::optional<std::string> filter_of_name(std::string_view name) const override {
        if (name == "slow") return "responsetime > 0.5";
        if (name == "all") return "";
        return std::nullopt;
    }
    std::optional<std::string> filter_of_arn(std::string_view arn) const override {
        return filter_of_name(arn);
    }
};

/// The account of services that name none; one does name it.
constexpr std::string_view own_account = "2";

/// One trace with all that keywords look at: calls of sent and of unsent services, root causes of
/// each kind; and one of a lone subsegment.
constexpr std::array<std::string_view, 4> documents{
    R"({"trace_id":"1-581c07c0-00000000000000000000000a","id":"00000000000000a1","name":"web","start_time":1478232001,"end_time":1478232002.5,"origin":"AWS::EC2::Instance","user":"alice","error":true,"http":{"request":{"method":"GET","url":"http://web/a","user_agent":"curl/8","client_ip":"10.0.0.1"},"response":{"status":404}},"aws":{"account_id":"1","ec2":{"instance_id":"i-1","availability_zone":"a"}},"annotations":{"tenant":"acme","vip":true,"items":3},"subsegments":[{"id":"00000000000000a2","name":"cart","start_time":1478232001.1,"end_time":1478232002.2,"namespace":"remote","fault":true,"http":{"response":{"status":500}},"annotations":{"n":1}}]})",
    R"({"trace_id":"1-581c07c0-00000000000000000000000a","id":"00000000000000a3","parent_id":"00000000000000a2","name":"cart","start_time":1478232001.2,"end_time":1478232002.1,"fault":true,"aws":{"account_id":"2","cold_start":true},"annotations":{"a.b":[1,"x",false]},"cause":{"exceptions":[{"id":"e1","type":"E","message":"m"}]},"subsegments":[{"id":"00000000000000a4","name":"DynamoDB","start_time":1478232001.3,"end_time":1478232002,"namespace":"aws","error":true,"aws":{"table_name":"t"}}]})",
    R"({"trace_id":"1-581c07c0-00000000000000000000000b","id":"00000000000000b1","parent_id":"0000000000000999","type":"subsegment","name":"lost","start_time":1478232003,"end_time":1478232003.5,"namespace":"remote"})",
    R"({"trace_id":"1-581c07c0-00000000000000000000000c","id":"00000000000000c1","name":"batch","start_time":1478232004,"in_progress":true})"};

std::vector<testing::OpenedTrace> open_traces() {
    SegmentDecoder decoder;
    std::vector<StoredTrace> stored;
    for (const std::string_view json : documents) {
        const auto decoded = decoder.decode(json, {});
        const SegmentHeader header = std::get<Segment>(decoded).header();
        if (stored.empty() || stored.back().id != header.trace_id)
            stored.push_back({.id = header.trace_id, .documents = {}});
        stored.back().documents.push_back(
            {.lsn = {1}, .document = {.header = header, .bytes = std::string(json)}});
    }
    return {stored.begin(), stored.end()};
}

/// What reads prints so that it reads the same again, unless its one spelling is too long: AND is
/// written out and controls become escapes.
void check_print(const filter::Expression& expression) {
    const std::string printed = filter::to_text(expression);
    if (cut_characters(printed, filter_characters_max).size() < printed.size()) return;
    const auto again = filter::parse(printed);
    ASSERT(again);
    ASSERT(*again == expression);
    ASSERT(filter::to_text(*again) == printed);
}

}  // namespace

/// An expression is read or refused, whatever it is; prints as itself; becomes a predicate that
/// keeps the rules; and finds what a naive reading of it finds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<testing::OpenedTrace> traces = open_traces();
    const Groups groups;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)parse_selector(text);
    const auto expression = filter::parse(text);
    if (!expression) return 0;
    check_print(*expression);
    auto compiled = filter::compile(*expression, text, &groups, own_account);
    if (!compiled) return 0;
    ASSERT(check(*compiled));
    const auto predicate = std::make_shared<const Predicate>(std::move(*compiled));
    for (const testing::OpenedTrace& trace : traces)
        ASSERT(trace.matches(predicate) ==
               testing::NaiveFilter(trace, &groups, own_account).holds(*expression));
    return 0;
}
