#include "query/trace_attributes.h"

#include <algorithm>

#include "base/log.h"
#include "query/trace_documents.h"
#include "wire/xray/attributes.h"

namespace tomograph {

TraceAttributes attributes_for(const TraceMatcher& matcher, const StoredTrace& stored,
                               const Trace& trace) {
    TraceAttributes attributes;
    const std::vector<std::string>& paths = matcher.paths();
    if (paths.empty()) return attributes;
    const std::vector<std::string_view> bytes = document_bytes(stored, trace);
    AttributeReader reader;
    for (std::uint32_t d = 0; d < trace.documents.size(); ++d) {
        const auto keep = [&](std::uint32_t row, std::string_view path, const ScalarView& value) {
            const auto found = std::lower_bound(paths.begin(), paths.end(), path);
            if (found == paths.end() || *found != path) return;
            attributes.add({d, row, static_cast<std::uint32_t>(found - paths.begin())}, value);
        };
        const auto read = reader.visit(bytes[d], trace.documents[d].segment, keep);
        if (!read) log_error("stored document does not read", {{"error", read.error()}});
    }
    attributes.sort();
    return attributes;
}

}  // namespace tomograph
