#include "query/doctor/trace_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "query/doctor/similar_name.h"
#include "query/limits.h"
#include "store/limits.h"
#include "wire/xray/summary_document.h"

namespace tomograph {
namespace {

std::string ms(Duration length) { return fmt::format("{:.1f} ms", length.as_seconds() * 1000); }

class TraceExaminer {
 public:
    explicit TraceExaminer(const TraceUnderExamination& subject)
        : stored_(subject.stored), trace_(subject.trace), facts_(subject.facts) {
        for (const Entity& each : trace_.entities)
            if (!each.is_inferred) ids_.insert(each.span->id.value);
    }

    std::vector<Finding> examine() {
        examine_documents();
        for (const Entity& entity : trace_.entities) examine_entity(entity);
        if (trace_.root < 0 && !trace_.entities.empty())
            findings_.add(FindingKind::no_entry, "",
                          "only subsegments came: no segment of the trace is here", trace_,
                          trace_.entities.front());
        find_unjoined();
        return findings_.take();
    }

 private:
    const Entity* parent_of(const Entity& entity) const {
        return entity.parent < 0 ? nullptr
                                 : &trace_.entities[static_cast<std::size_t>(entity.parent)];
    }

    std::string_view service_of(const Entity& entity) const {
        if (entity.segment < 0) return "(unknown)";
        return trace_.entities[static_cast<std::size_t>(entity.segment)].service.name;
    }

    void add(FindingKind kind, const Entity& entity, std::string key, std::string sentence) {
        findings_.add(kind, std::move(key), std::move(sentence), trace_, entity);
    }

    void examine_documents() {
        if (stored_.limit_exceeded)
            findings_.add(
                FindingKind::limit_exceeded, "",
                fmt::format("later documents were refused (TraceSizeExceeded): {} "
                            "documents are kept, and a trace holds {} spans or {} MiB",
                            stored_.documents.size(), trace_spans_max, trace_bytes_max >> 20));
        if (trace_.documents.size() < stored_.documents.size())
            findings_.add(FindingKind::undecodable, "",
                          fmt::format("{} of {} stored documents cannot be read",
                                      stored_.documents.size() - trace_.documents.size(),
                                      stored_.documents.size()));
        std::uint64_t subsegments = 0;
        std::uint64_t annotations = 0;
        std::uint64_t links = 0;
        for (const TraceDocument& each : trace_.documents) {
            subsegments += each.segment.subsegments_dropped;
            annotations += each.segment.annotations_dropped;
            links += each.segment.links_dropped;
        }
        if (subsegments + annotations + links > 0) add_left_out(subsegments, annotations, links);
        examine_summaries();
    }

    void add_left_out(std::uint64_t subsegments, std::uint64_t annotations, std::uint64_t links) {
        Finding& left_out = findings_.add(
            FindingKind::left_out, "",
            fmt::format("{} subsegments and {} links break a rule and are not drawn, {} "
                        "annotations do and are not listed in summaries",
                        subsegments, links, annotations));
        for (const Entity& entity : trace_.entities) {
            const Segment& in = trace_.documents[entity.document].segment;
            if (&in.own() == entity.span && !entity.is_inferred &&
                in.subsegments_dropped + in.annotations_dropped + in.links_dropped > 0)
                findings_.add_proof(left_out, trace_, entity);
        }
    }

    /// A document that is its own summary may have been sent so: only where the day has summaries.
    void examine_summaries() {
        if (!facts_.retention || trace_.documents.empty()) return;
        const std::int64_t second = trace_.start.second();
        const auto& slices = facts_.retention->slices;
        const bool has_summaries = std::any_of(slices.begin(), slices.end(), [&](const auto& each) {
            return each.summary_spans > 0 && each.day <= second && second < each.day + 86'400;
        });
        if (!has_summaries) return;
        std::unordered_map<std::uint64_t, const StoredDocument*> by_id;
        for (const StoredDocument& each : stored_.documents)
            by_id.emplace(each.document.header.id.value, &each);
        for (const Entity& entity : trace_.entities) {
            const Segment& in = trace_.documents[entity.document].segment;
            if (entity.is_inferred || &in.own() != entity.span) continue;
            const auto sent = by_id.find(entity.span->id.value);
            if (sent == by_id.end() || sent->second->document.bytes != summary_document(in))
                continue;
            add(FindingKind::summarised, entity, "",
                "documents of that day were cut to names, times and outcome (summary-days): "
                "annotations, metadata, urls and causes are gone");
        }
    }

    void examine_entity(const Entity& entity) {
        if (entity.is_inferred) return examine_inferred(entity);
        const Span& span = *entity.span;
        if (entity.is_orphan) examine_orphan(entity);
        if (span.in_progress) examine_open(entity);
        if (span.end_was_clamped)
            add(FindingKind::end_before_start, entity, "", "end_time lies before start_time");
        if (span.expects_downstream && !span.is_segment && !has_segment_below(entity))
            add(FindingKind::awaits_downstream, entity, std::string(span.name),
                fmt::format("\"{}\" was called by one that passed its trace on, and has not sent "
                            "a segment yet",
                            span.name));
        if (const Entity* parent = parent_of(entity)) examine_times(*parent, entity);
        if (entity.is_segment) examine_name(entity);
    }

    bool has_segment_below(const Entity& entity) const {
        return std::any_of(entity.children.begin(), entity.children.end(),
                           [&](std::uint32_t child) { return trace_.entities[child].is_segment; });
    }

    void examine_inferred(const Entity& entity) {
        if (!entity.span->expects_downstream) return;
        add(FindingKind::downstream_missing, entity, entity.service.name,
            fmt::format("\"{}\" passed its trace on to \"{}\", which sent no segment; it is drawn "
                        "as its caller saw it",
                        service_of(*parent_of(entity)), entity.service.name));
    }

    void examine_orphan(const Entity& entity) {
        const SpanId parent = entity.span->parent_id;
        const std::string id = to_hex(parent);
        if (parent.is_none() || ids_.contains(parent.value))
            return add(FindingKind::cut_circle, entity, "",
                       "parents lead back to the span itself: the circle was cut here");
        const auto& latest = facts_.intake.latest;
        const auto refused = std::find_if(latest.begin(), latest.end(),
                                          [&](const auto& each) { return each.id == id; });
        add(FindingKind::orphan, entity, id,
            refused != latest.end()
                ? fmt::format("parent {} is not here: it was refused with {}: {}", id,
                              refused->code, refused->message)
                : fmt::format("parent {} is not here", id));
    }

    void examine_open(const Entity& entity) {
        const Duration age = facts_.now - entity.span->start;
        if (age > open_span_age_max)
            return add(FindingKind::never_ended, entity, "",
                       fmt::format("has been in progress for more than {:.0f} minutes",
                                   open_span_age_max.as_seconds() / 60));
        add(FindingKind::in_progress, entity, "", "is still in progress: its end has not come");
    }

    void examine_times(const Entity& parent, const Entity& child) {
        const Span& outer = *parent.span;
        const Span& inner = *child.span;
        const std::string_view caller = service_of(parent);
        const std::string_view called = service_of(child);
        const std::string between = fmt::format("{}\n{}", caller, called);
        if (inner.start < outer.start - skew_tolerance)
            return add(FindingKind::clock_skew, child, between,
                       fmt::format("a span of \"{}\" begins {} before its caller in \"{}\" does",
                                   called, ms(outer.start - inner.start), caller));
        if (outer.in_progress || inner.in_progress) return;
        if (inner.start > outer.end + skew_tolerance || inner.end > outer.end + skew_tolerance)
            add(FindingKind::outside_parent, child, between,
                fmt::format("a span of \"{}\" ends {} after its caller in \"{}\": it went on by "
                            "itself, or the clocks differ",
                            called, ms(inner.end - outer.end), caller));
    }

    void examine_name(const Entity& segment) {
        const Entity* call = parent_of(segment);
        if (call == nullptr || call->span->is_segment || call->span->name == segment.service.name)
            return;
        add(FindingKind::wrong_name, segment,
            fmt::format("{}\n{}", call->span->name, segment.service.name),
            fmt::format("\"{}\" calls it \"{}\", it calls itself \"{}\"", service_of(*call),
                        call->span->name, segment.service.name));
    }

    /// A call that nobody answered, and a segment of nearly its name that nobody called.
    void find_unjoined() {
        std::vector<const Entity*> alone;
        for (const Entity& each : trace_.entities)
            if (each.is_segment && !each.is_inferred && each.parent < 0 &&
                alone.size() < findings_max)
                alone.push_back(&each);
        std::size_t left = compared_pairs_max;
        for (const Entity& call : trace_.entities) {
            if (!call.is_inferred || call.service.type != "remote") continue;
            for (const Entity* segment : alone) {
                if (left-- == 0) return;
                const bool is_alike = call.service.name == segment->service.name ||
                                      is_similar_name(call.service.name, segment->service.name);
                const bool is_apart =
                    segment->span->start > call.span->end || segment->span->end < call.span->start;
                if (!is_alike || is_apart || is_above(*segment, call)) continue;
                Finding& found = findings_.add(
                    FindingKind::unjoined,
                    fmt::format("{}\n{}", call.service.name, segment->service.name),
                    fmt::format(
                        "\"{}\" calls \"{}\", which seems to be the segment \"{}\" at the "
                        "same time, but that names {}",
                        service_of(*parent_of(call)), call.service.name, segment->service.name,
                        segment->span->parent_id.is_none() ? "no parent" : "another parent"));
                findings_.add_proof(found, trace_, call);
                findings_.add_proof(found, trace_, *segment);
            }
        }
    }

    /// Whether the call was made by that segment or below it.
    bool is_above(const Entity& segment, const Entity& call) const {
        for (const Entity* at = &call; at != nullptr; at = parent_of(*at))
            if (at == &segment) return true;
        return false;
    }

    const StoredTrace& stored_;
    const Trace& trace_;
    const DoctorFacts& facts_;
    std::unordered_set<std::uint64_t> ids_;  // of spans that were sent
    FindingList findings_;
};

}  // namespace

std::vector<Finding> examine_trace(const TraceUnderExamination& subject) {
    return TraceExaminer(subject).examine();
}

}  // namespace tomograph
