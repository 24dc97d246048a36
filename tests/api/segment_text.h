#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tomograph::testing {

inline constexpr std::int64_t test_second = 1'700'000'000;

/// A short valid segment; `id` is its last hex digit, repeated.
inline std::string segment_text(char id, std::string_view more = "") {
    return R"({"trace_id":"1-6553f100-0000000000000000000000aa","id":")" + std::string(16, id) +
           R"(","name":"shop","start_time":1700000000.25,"end_time":1700000000.75)" +
           std::string(more) + "}";
}

/// A PutTraceSegments body of these documents.
inline std::string put_body(std::initializer_list<std::string_view> documents) {
    std::string body = R"({"TraceSegmentDocuments":[)";
    for (const std::string_view document : documents) {
        if (body.back() != '[') body += ',';
        body += '"';
        for (const char c : document) {
            if (c == '"' || c == '\\') body += '\\';
            body += c;
        }
        body += '"';
    }
    return body + "]}";
}

}  // namespace tomograph::testing
