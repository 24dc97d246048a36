#include "cli/trace_command.h"

#include <fmt/format.h>

#include <vector>

#include "cli/input.h"
#include "cli/limits.h"
#include "cli/span_tree.h"
#include "cli/text.h"
#include "cli/waterfall.h"
#include "model/ids.h"

namespace tomograph::cli {
namespace {

bool is_id_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct FoundTrace {
    std::vector<std::string> documents;
    std::string json;  ///< the Trace as the server gave it
};

Result<FoundTrace> fetch_trace(const std::string& id, ApiClient& api) {
    FoundTrace found;
    TRY(api.pages("/Traces", fmt::format("\"TraceIds\":[{}]", json_quoted(id)), [&](Json answer) {
        const Json traces = answer["Traces"];
        for (std::size_t i = 0; i < traces.size(); ++i) {
            const Json segments = traces.at(i)["Segments"];
            for (std::size_t s = 0; s < segments.size(); ++s)
                found.documents.emplace_back(segments.at(s)["Document"].text());
            found.json += traces.at(i).to_json() + "\n";
        }
        return true;
    }));
    return found;
}

}  // namespace

std::optional<std::string> find_trace_id(std::string_view text) {
    constexpr std::size_t xray_size = 35;
    constexpr std::size_t hex_size = 32;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i > 0 && is_id_character(text[i - 1])) continue;
        for (const std::size_t size : {xray_size, hex_size}) {
            const std::string_view candidate = text.substr(i, size);
            const bool ends = candidate.size() == size &&
                              (i + size == text.size() || !is_id_character(text[i + size]));
            if (!ends) continue;
            if (const auto id = parse_trace_id(candidate)) return to_xray_text(*id);
        }
    }
    return std::nullopt;
}

ExitCode run_trace(const TraceOptions& options, ApiClient& api, const Console& console) {
    const std::string text =
        options.text == "-" ? read_standard_input(input_bytes_max) : options.text;
    const auto id = find_trace_id(text);
    if (!id)
        return console.fail(ExitCode::usage,
                            console.say(Message::no_trace_id_in_text, {text.substr(0, 80)}),
                            console.say(Message::see_help, {"trace"}));
    const auto found = fetch_trace(*id, api);
    if (!found) return console.fail(found.error());
    if (found->documents.empty())
        return console.fail(ExitCode::nothing_matched, console.say(Message::trace_not_found, {*id}),
                            console.say(Message::trace_not_found_hint));
    if (options.is_raw) {
        // To a program byte for byte; to a terminal what cannot steer it.
        for (const std::string& document : found->documents)
            console.out((console.terminal.is_tty ? json_for_terminal(document) : document) + "\n");
        return ExitCode::ok;
    }
    if (options.format == OutputFormat::json || options.format == OutputFormat::ndjson) {
        console.out(found->json);
        return ExitCode::ok;
    }
    const SpanTree tree = build_span_tree(found->documents);
    console.out(
        render_waterfall(tree, {.trace_id = *id, .now = console.clock.now(), .fold = options.fold},
                         console.terminal));
    if (tree.documents_unreadable > 0)
        console.hint(console.say(Message::unreadable_documents,
                                 {std::to_string(tree.documents_unreadable)}));
    console.hint(console.say(Message::raw_hint, {*id}));
    return ExitCode::ok;
}

}  // namespace tomograph::cli
