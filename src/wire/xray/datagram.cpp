#include "wire/xray/datagram.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "wire/json/json_index.h"
#include "wire/json/value_scan.h"
#include "wire/limits.h"
#include "wire/xray/document_array.h"

namespace tomograph {
namespace {

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    };
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [&](char x, char y) { return lower(x) == lower(y); });
}

/// Members in any order and spacing, others among them. The daemon (Go) takes keys in any case.
bool is_header(std::string_view line) {
    // What the SDKs send: nothing to parse.
    if (line == R"({"format":"json","version":1})" || line == R"({"format": "json", "version": 1})")
        return true;
    if (line.size() > datagram_header_bytes_max) return false;

    JsonIndex index;
    auto json = index.read(line);
    if (!json || json->kind() != JsonKind::object) return false;
    bool is_json = false;
    bool is_first_version = false;
    std::string scratch;
    json->members([&](std::string_view key) {
        if (equals_ignoring_case(key, "format") && json->kind() == JsonKind::string) {
            is_json = equals_ignoring_case(json->take_string(scratch), "json");
        } else if (equals_ignoring_case(key, "version") && json->kind() == JsonKind::number) {
            is_first_version = json->take_number() == "1";
        } else {
            json->skip();
        }
    });
    return json->at_end() && is_json && is_first_version;
}

/// Documents a line each; one may itself be laid out over several lines.
std::vector<std::string_view> split_lines(std::string_view body) {
    std::vector<std::string_view> documents;
    for (std::size_t at = skip_space(body, 0); at < body.size();) {
        std::size_t end = scan_value(body, at);
        // To the end of the line, so that the decoder sees and refuses what is wrong.
        if (end != std::string_view::npos) end = body.find('\n', end);
        end = std::min(end, body.size());
        documents.push_back(body.substr(at, end - at));
        at = skip_space(body, end);
    }
    return documents;
}

}  // namespace

std::variant<std::vector<std::string_view>, DatagramDrop> split_datagram(
    std::string_view datagram) {
    const std::size_t newline = datagram.find('\n');
    if (newline == std::string_view::npos) return DatagramDrop::missing_header;
    const std::string_view body = datagram.substr(skip_space(datagram, newline + 1));
    if (body.empty()) return DatagramDrop::missing_header;
    if (!is_header(datagram.substr(0, newline))) return DatagramDrop::bad_header;

    if (std::memchr(body.data(), '\n', body.size()) == nullptr && body.front() != '[') {
        return std::vector{body};
    }
    if (body.front() == '[') {
        if (auto documents = split_documents(body, datagram_documents_max))
            return std::move(documents).value();
    }
    return split_lines(body);
}

std::string_view to_text(DatagramDrop drop) {
    switch (drop) {
        case DatagramDrop::missing_header:
            return "missing_header";
        case DatagramDrop::bad_header:
            return "bad_header";
    }
    ASSERT(false);
}

}  // namespace tomograph
