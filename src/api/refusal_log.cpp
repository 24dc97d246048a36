#include "api/refusal_log.h"

#include <utility>

#include "api/limits.h"

namespace tomograph {
namespace {

/// Texts of refused documents may be anything: what is kept of them is UTF-8 all the same.
void cut(std::string& text) {
    if (text.size() <= refusal_text_bytes_max) return;
    std::size_t end = refusal_text_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    text.resize(end);
}

}  // namespace

void RefusalLog::add(RefusedDocument refused) {
    cut(refused.id);
    cut(refused.message);
    auto kept = kept_.lock();
    kept->push_front(std::move(refused));
    if (kept->size() > refusals_kept_max) kept->pop_back();
}

std::vector<RefusedDocument> RefusalLog::latest() {
    auto kept = kept_.lock();
    return {kept->begin(), kept->end()};
}

std::optional<TraceId> named_trace(std::string_view json) {
    constexpr std::string_view member = "\"trace_id\"";
    const std::size_t at = json.find(member);
    if (at == std::string_view::npos) return std::nullopt;
    std::size_t begin = json.find_first_not_of(" \t\r\n:", at + member.size());
    if (begin == std::string_view::npos || json[begin] != '"') return std::nullopt;
    ++begin;
    const std::size_t end = json.find('"', begin);
    if (end == std::string_view::npos) return std::nullopt;
    const auto id = parse_trace_id(json.substr(begin, end - begin));
    return id ? std::optional(*id) : std::nullopt;
}

}  // namespace tomograph
