#include "cli/output_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/text.h"

namespace tomograph::cli {

Result<OutputFormat> parse_output_format(std::string_view text) {
    if (text == "table") return OutputFormat::table;
    if (text == "json") return OutputFormat::json;
    if (text == "ndjson") return OutputFormat::ndjson;
    if (text == "csv") return OutputFormat::csv;
    if (text == "id") return OutputFormat::id;
    if (text == "dot") return OutputFormat::dot;
    if (text == "mermaid") return OutputFormat::mermaid;
    if (text == "svg") return OutputFormat::svg;
    return Error(ErrorCode::invalid,
                 fmt::format("there is no output format \"{}\"", text.substr(0, 40)));
}

std::string csv_field(std::string_view text) {
    std::string safe = safe_text(text);
    const bool is_number = std::all_of(safe.begin(), safe.end(), [](char c) {
        return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+';
    });
    if (!safe.empty() && !is_number &&
        std::string_view("=+-@").find(safe.front()) != std::string_view::npos)
        safe.insert(safe.begin(), '\'');
    if (safe.find_first_of(",\" ") == std::string::npos) return safe;
    std::string out = "\"";
    for (const char c : safe) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + "\"";
}

}  // namespace tomograph::cli
