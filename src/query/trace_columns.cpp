#include "query/trace_columns.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <unordered_map>

#include "base/bytes.h"
#include "query/decode_trace.h"
#include "trace/predicate_match.h"
#include "wire/xray/attributes.h"

namespace tomograph {
namespace {

class StringTable {
 public:
    explicit StringTable(std::vector<std::string>& strings) : strings_(strings) {}

    std::uint32_t add(std::string_view text) {
        const auto next = static_cast<std::uint32_t>(strings_.size());
        const auto [place, is_new] = known_.emplace(text, next);
        if (is_new) strings_.emplace_back(text);
        return place->second;
    }

 private:
    std::vector<std::string>& strings_;
    std::unordered_map<std::string, std::uint32_t> known_;
};

/// The time of the span in which none of its children ran.
Duration self_time(const Trace& trace, const Entity& entity) {
    Duration self = entity.span->duration();
    Instant covered = entity.span->start;
    for (const std::uint32_t child : entity.children) {  // by start
        const Span& inner = *trace.entities[child].span;
        const Instant from = std::max(inner.start, covered);
        const Instant to = std::min(inner.end, entity.span->end);
        if (to <= from) continue;
        self = self - (to - from);
        covered = to;
    }
    return self;
}

std::uint8_t flags_of(const Entity& entity) {
    const Span& span = *entity.span;
    unsigned flags = 0;
    if (entity.is_segment) flags |= column_segment;
    if (span.in_progress) flags |= column_in_progress;
    if (span.error) flags |= column_error;
    if (span.fault) flags |= column_fault;
    if (span.throttle) flags |= column_throttle;
    if (entity.is_inferred) flags |= column_inferred;
    if (entity.is_orphan) flags |= column_orphan;
    if (!span.exceptions.empty() || !span.cause_id.empty()) flags |= column_has_cause;
    return static_cast<std::uint8_t>(flags);
}

std::string_view service_of(const Trace& trace, const Entity& entity) {
    if (entity.segment < 0) return {};
    return trace.entities[static_cast<std::size_t>(entity.segment)].service.name;
}

struct ReadTrace {
    StoredTrace stored;
    Trace trace;
};

Result<ReadTrace> read_trace(const QueryContext& context, TraceId id) {
    const TraceId ids[] = {id};
    std::vector<StoredTrace> found = TRY(context.store.get(ids));
    if (found.empty()) return Error(ErrorCode::not_found, "no trace " + to_xray_text(id));
    ReadTrace read{.stored = std::move(found.front()), .trace = {}};
    TraceReader reader(context.metrics);
    read.trace = reader.read(read.stored, context.now);
    return read;
}

void put(ByteWriter& out, double value) { out.fixed(std::bit_cast<std::uint64_t>(value)); }

void put_index(ByteWriter& out, bool is_wide, std::uint32_t index) {
    if (is_wide)
        out.fixed(index);
    else
        out.fixed(static_cast<std::uint16_t>(index));
}

const StoredDocument* document_of(const StoredTrace& stored, SpanId own) {
    for (const StoredDocument& each : stored.documents)
        if (each.document.header.id == own) return &each;
    return nullptr;
}

Result<void> read_attributes(const Segment& segment, std::string_view json, std::uint32_t row,
                             std::vector<SpanDetails::Attribute>& into) {
    AttributeReader reader;
    return reader.visit(json, segment,
                        [&](std::uint32_t at, std::string_view path, const ScalarView& value) {
                            if (at == row) into.push_back({std::string(path), to_scalar(value)});
                        });
}

}  // namespace

Result<TraceColumns> read_trace_columns(const QueryContext& context, TraceId id) {
    const ReadTrace read = TRY(read_trace(context, id));
    const Trace& trace = read.trace;
    TraceColumns columns;
    columns.id = id;
    columns.start = trace.start;
    columns.duration = trace.duration();
    columns.is_partial = trace.is_partial || read.stored.limit_exceeded;
    columns.limit_exceeded = read.stored.limit_exceeded;
    StringTable strings(columns.strings);
    for (const Entity& entity : trace.entities) {
        const Span& span = *entity.span;
        columns.ids.push_back(entity.is_inferred ? entity.id : span.id);
        columns.starts.push_back(span.start - trace.start);
        columns.durations.push_back(span.duration());
        columns.selves.push_back(self_time(trace, entity));
        columns.parents.push_back(entity.parent);
        columns.services.push_back(strings.add(service_of(trace, entity)));
        columns.names.push_back(strings.add(span.name));
        columns.flags.push_back(flags_of(entity));
    }
    return columns;
}

std::string to_bytes(const TraceColumns& columns) {
    const bool is_wide = columns.strings.size() > std::numeric_limits<std::uint16_t>::max();
    std::string bytes;
    ByteWriter out(bytes);
    out.raw("TMTC");
    out.fixed(std::uint32_t{1});
    out.fixed(static_cast<std::uint32_t>(columns.ids.size()));
    out.fixed(static_cast<std::uint32_t>(columns.strings.size()));
    out.raw(to_hex(columns.id));
    put(out, columns.start.as_seconds());
    put(out, columns.duration.as_seconds());
    out.fixed(std::uint32_t{is_wide ? 4U : 2U});
    out.fixed((columns.is_partial ? 1U : 0U) | (columns.limit_exceeded ? 2U : 0U));
    for (const Duration each : columns.starts) put(out, each.as_seconds());
    for (const Duration each : columns.durations) put(out, each.as_seconds());
    for (const SpanId each : columns.ids) out.fixed(each.value);
    for (const Duration each : columns.selves)
        out.fixed(std::bit_cast<std::uint32_t>(static_cast<float>(each.as_seconds())));
    for (const std::int32_t each : columns.parents) out.fixed(each);
    for (const std::uint32_t each : columns.services) put_index(out, is_wide, each);
    for (const std::uint32_t each : columns.names) put_index(out, is_wide, each);
    for (const std::uint8_t each : columns.flags) out.fixed(each);
    bytes.resize((bytes.size() + 3) / 4 * 4);
    std::uint32_t end = 0;
    for (const std::string& each : columns.strings)
        out.fixed(end += static_cast<std::uint32_t>(each.size()));
    for (const std::string& each : columns.strings) out.raw(each);
    return bytes;
}

Result<SpanDetails> read_span_details(const QueryContext& context, TraceId id, SpanId span) {
    const ReadTrace read = TRY(read_trace(context, id));
    const Trace& trace = read.trace;
    const auto found =
        std::find_if(trace.entities.begin(), trace.entities.end(), [&](const Entity& entity) {
            return (entity.is_inferred ? entity.id : entity.span->id) == span;
        });
    if (found == trace.entities.end())
        return Error(ErrorCode::not_found, "no span " + to_hex(span) + " in " + to_xray_text(id));
    SpanDetails details{.trace = id,
                        .id = span,
                        .segment = {},
                        .service = std::string(service_of(trace, *found)),
                        .name = std::string(found->span->name),
                        .start = found->span->start,
                        .duration = found->span->duration(),
                        .is_inferred = found->is_inferred,
                        .attributes = {},
                        .document = {}};
    if (found->segment >= 0) {
        const Entity& segment = trace.entities[static_cast<std::size_t>(found->segment)];
        details.segment = segment.is_inferred ? segment.id : segment.span->id;
    }
    const Segment& in = trace.documents[found->document].segment;
    const StoredDocument* document = document_of(read.stored, in.own().id);
    if (document == nullptr) return details;
    details.document = document->document.bytes;
    const TraceAttributes::Place place = place_of(trace, *found, 0);
    TRY(read_attributes(in, details.document, place.row, details.attributes));
    return details;
}

}  // namespace tomograph
