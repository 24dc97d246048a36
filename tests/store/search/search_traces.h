#pragma once

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "store/store_fixture.h"

namespace tomograph::testing {

/// The traces of traces.txt, as documents in the order of arrival.
struct SearchTraces {
    std::vector<std::string> names;
    std::vector<std::vector<Document>> documents;  ///< of each trace
    std::map<TraceId, std::string> name_of;
    std::vector<TraceId> ids;
};

inline std::string expanded(std::string_view line, TraceId id) {
    std::string out;
    for (std::size_t at = 0; at < line.size();) {
        const std::string_view rest = line.substr(at + 1);
        if (line[at] == '$') {
            out += '"' + to_xray_text(id) + '"';
            at += 2;
        } else if (line[at] == '#') {
            const std::size_t size = rest.find_first_not_of("0123456789abcdef");
            out += fmt::format("\"{:0>16}\"", rest.substr(0, size));
            at += 1 + size;
        } else if (line[at] == '@' && at > 0 && line[at - 1] == ':') {
            const std::size_t size = rest.find_first_not_of("0123456789.");
            const double seconds = std::stod(std::string(rest.substr(0, size)));
            out += fmt::format("{:.3f}", static_cast<double>(test_second) + seconds);
            at += 1 + size;
        } else {
            out += line[at++];
        }
    }
    return out;
}

inline SearchTraces read_search_traces(const std::string& folder) {
    SearchTraces traces;
    std::ifstream file(folder + "/traces.txt");
    REQUIRE(file);
    SegmentDecoder decoder;
    TraceId id;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') continue;
        if (line.starts_with("trace ")) {
            const std::uint64_t number = traces.names.size();
            traces.names.push_back(line.substr(6));
            traces.documents.emplace_back();
            id = trace_number(number, test_second + static_cast<std::int64_t>(number));
            continue;
        }
        const std::string json = expanded(line, id);
        auto decoded = decoder.decode(json, std::nullopt);
        auto* segment = std::get_if<Segment>(&decoded);
        REQUIRE_MESSAGE(segment != nullptr, json);
        const SegmentHeader header = segment->header();
        if (traces.documents.back().empty()) {
            traces.ids.push_back(header.trace_id);
            traces.name_of[header.trace_id] = traces.names.back();
        }
        traces.documents.back().push_back({.header = header, .bytes = json});
    }
    REQUIRE(traces.ids.size() == traces.names.size());
    return traces;
}

/// One of each trace, then the second of each, …
inline std::vector<std::vector<Document>> in_rounds(const SearchTraces& traces) {
    std::vector<std::vector<Document>> rounds;
    for (const auto& documents : traces.documents) {
        if (rounds.size() < documents.size()) rounds.resize(documents.size());
        for (std::size_t i = 0; i < documents.size(); ++i) rounds[i].push_back(documents[i]);
    }
    return rounds;
}

}  // namespace tomograph::testing
