#include "store/engine/search/trace_reader.h"

#include <algorithm>
#include <unordered_map>
#include <variant>

namespace tomograph {
namespace {

/// Bytes of each of the trace's documents, in its order.
std::vector<std::string_view> texts_of(const StoredTrace& stored, const Trace& trace) {
    std::unordered_map<SpanId, std::string_view> by_id;
    for (const StoredDocument& each : stored.documents)
        by_id.emplace(each.document.header.id, each.document.bytes);
    std::vector<std::string_view> texts;
    texts.reserve(trace.documents.size());
    for (const TraceDocument& document : trace.documents)
        texts.push_back(by_id.at(document.segment.own().id));
    return texts;
}

/// Which rows of each document are spans of the trace.
std::vector<std::vector<bool>> winning_rows(const Trace& trace) {
    std::vector<std::vector<bool>> rows;
    rows.reserve(trace.documents.size());
    for (const TraceDocument& document : trace.documents)
        rows.emplace_back(document.segment.spans.size());
    for (const Entity& entity : trace.entities) {
        if (entity.is_inferred) continue;
        const TraceAttributes::Place place = place_of(trace, entity, 0);
        rows[place.document][place.row] = true;
    }
    return rows;
}

}  // namespace

Trace StoredTraceReader::assemble(const StoredTrace& stored) {
    std::vector<TraceDocument> documents;
    documents.reserve(stored.documents.size());
    for (const StoredDocument& each : stored.documents) {
        auto segment = decoder_.decode(each.document.bytes, std::nullopt);
        if (auto* good = std::get_if<Segment>(&segment))
            documents.push_back({.lsn = each.lsn, .segment = std::move(*good)});
    }
    return assemble_trace(stored.id, std::move(documents), after_grace);
}

Result<TraceAttributes> StoredTraceReader::attributes(const StoredTrace& stored, const Trace& trace,
                                                      const std::vector<std::string>& paths) {
    TraceAttributes attributes;
    if (paths.empty()) return attributes;
    const std::vector<std::string_view> texts = texts_of(stored, trace);
    for (std::uint32_t document = 0; document < texts.size(); ++document) {
        TRY(attributes_.visit(
            texts[document], trace.documents[document].segment,
            [&](std::uint32_t row, std::string_view path, const ScalarView& value) {
                const auto at = std::lower_bound(paths.begin(), paths.end(), path);
                if (at == paths.end() || *at != path) return;
                attributes.add({.document = document,
                                .row = row,
                                .path = static_cast<std::uint32_t>(at - paths.begin())},
                               value);
            }));
    }
    attributes.sort();
    return attributes;
}

Result<void> StoredTraceReader::visit(const StoredTrace& stored, const Trace& trace,
                                      const Visit& visit) {
    const std::vector<std::string_view> texts = texts_of(stored, trace);
    const std::vector<std::vector<bool>> wins = winning_rows(trace);
    for (std::size_t document = 0; document < texts.size(); ++document) {
        TRY(attributes_.visit(
            texts[document], trace.documents[document].segment,
            [&](std::uint32_t row, std::string_view path, const ScalarView& value) {
                if (wins[document][row]) visit(path, value);
            }));
    }
    return {};
}

}  // namespace tomograph
