#include "query/doctor/finding.h"

#include <algorithm>
#include <array>

#include "query/limits.h"

namespace tomograph {
namespace {

struct KindText {
    FindingKind kind;
    std::string_view text;
    Severity severity;
    std::string_view advice;
};

constexpr std::array kinds = {
    KindText{FindingKind::trace_missing, "trace_missing", Severity::problem,
             "Check that the sender samples the request and that AWS_XRAY_DAEMON_ADDRESS names "
             "this server; X-Ray SDKs send a segment only when it ends."},
    KindText{FindingKind::span_missing, "span_missing", Severity::problem,
             "Look whether its segment has been sent: a subsegment comes with or after it."},
    KindText{FindingKind::node_missing, "node_missing", Severity::problem,
             "Look for the spelling among the names that there are, or at a longer time."},
    KindText{FindingKind::edge_missing, "edge_missing", Severity::problem,
             "Let the caller record the call as a subsegment with namespace remote and pass its id "
             "on as Parent of the X-Amzn-Trace-Id header."},
    KindText{FindingKind::refused, "refused", Severity::problem,
             "Correct what the message says at the sender; PutTraceSegments names it in "
             "UnprocessedTraceSegments, UDP tells nobody."},
    KindText{FindingKind::rejected_since, "rejected_since", Severity::warning,
             "Send one such document over the API (tomo send --api, put-trace-segments): the "
             "answer says what is wrong with it."},
    KindText{FindingKind::dropped_since, "dropped_since", Severity::warning,
             "overload: send slower or give the server a faster disk; disk_full: free space or "
             "keep less."},
    KindText{FindingKind::expired, "expired", Severity::problem,
             "Restore it from a backup, keep traces longer (tomo retention set), or pin those that "
             "matter."},
    KindText{FindingKind::id_in_future, "id_in_future", Severity::problem,
             "Compare the clock of the sender with this one's; a typing error in the id looks the "
             "same."},
    KindText{FindingKind::server_starting, "server_starting", Severity::problem,
             "Wait until /readyz says ready, then ask again."},
    KindText{FindingKind::server_read_only, "server_read_only", Severity::problem,
             "Free the disk or mend it, then start the server again."},
    KindText{FindingKind::damaged, "damaged", Severity::warning,
             "Run tomo fsck on the data directory, or restore from a backup."},
    KindText{FindingKind::redacted_since, "redacted_since", Severity::note,
             "Ask who redacts here: what was redacted is gone from every list."},
    KindText{FindingKind::seen_earlier, "seen_earlier", Severity::note,
             "Look at that time: its senders may have stopped, or renamed it."},
    KindText{FindingKind::limit_exceeded, "limit_exceeded", Severity::problem,
             "Make the trace smaller: fewer subsegments in loops, or a new trace for each job of a "
             "batch."},
    KindText{FindingKind::orphan, "orphan", Severity::problem,
             "Find the sender of the parent: it is not instrumented, has not ended yet, or its "
             "document was refused or lost."},
    KindText{FindingKind::no_entry, "no_entry", Severity::problem,
             "Let the service where requests come in send its segment; without it the trace has no "
             "name and no response time."},
    KindText{FindingKind::cut_circle, "cut_circle", Severity::warning,
             "Give every segment an id of its own: the parents of these lead back to themselves."},
    KindText{FindingKind::in_progress, "in_progress", Severity::note,
             "Wait for its end: it is counted when it comes."},
    KindText{FindingKind::never_ended, "never_ended", Severity::warning,
             "Let the sender close its segments when it stops or fails; this one has been open for "
             "long."},
    KindText{FindingKind::awaits_downstream, "awaits_downstream", Severity::note,
             "Wait: the called service said that it traces, and has ten minutes to send."},
    KindText{FindingKind::downstream_missing, "downstream_missing", Severity::warning,
             "Look at the called service: its segment was not sampled, not sent, or names another "
             "parent."},
    KindText{FindingKind::clock_skew, "clock_skew", Severity::warning,
             "Synchronise the clocks of both hosts (NTP); times are shown as they were sent."},
    KindText{FindingKind::outside_parent, "outside_parent", Severity::note,
             "Nothing to do for work that goes on after its caller answered; else end the child "
             "first."},
    KindText{FindingKind::end_before_start, "end_before_start", Severity::warning,
             "Measure lengths of time with a monotonic clock; the length is taken as zero."},
    KindText{FindingKind::wrong_name, "wrong_name", Severity::warning,
             "Give the subsegment of the call the name that the called service gives itself; the "
             "map shows the segment's and keeps the other as an alias."},
    KindText{FindingKind::unjoined, "unjoined", Severity::warning,
             "Pass the id of the calling subsegment on as Parent: these two look like one call."},
    KindText{FindingKind::left_out, "left_out", Severity::warning,
             "Keys of annotations are letters, digits, _ and .; others are found all the same, by "
             "annotation[\"the-key\"]. Ids of links and subsegments are 16 hexadecimal digits. The "
             "document is kept whole."},
    KindText{FindingKind::undecodable, "undecodable", Severity::problem,
             "Run tomo fsck: what is stored no longer reads as what was accepted."},
    KindText{FindingKind::summarised, "summarised", Severity::note,
             "Pin traces whose annotations and causes must stay, or make summary-days longer."},
    KindText{FindingKind::split_node, "split_node", Severity::warning,
             "Let all senders of a service use the same name, origin and account."},
    KindText{FindingKind::only_inferred, "only_inferred", Severity::note,
             "Instrument that service, or take it for what its callers saw."},
    KindText{FindingKind::only_open, "only_open", Severity::warning,
             "Nothing of it has ended yet, so that it has no figures."},
    KindText{FindingKind::folded, "folded", Severity::note,
             "Give calls of many hosts one name; the least called stand together as other."},
};

constexpr bool is_in_order() {
    for (std::size_t i = 0; i < kinds.size(); ++i)
        if (kinds[i].kind != static_cast<FindingKind>(i)) return false;
    return true;
}
static_assert(is_in_order());
static_assert(kinds.size() == static_cast<std::size_t>(FindingKind::folded) + 1);

const KindText& about(FindingKind kind) { return kinds[static_cast<std::size_t>(kind)]; }

}  // namespace

std::string_view to_text(FindingKind kind) { return about(kind).text; }
Severity severity_of(FindingKind kind) { return about(kind).severity; }
std::string_view advice_of(FindingKind kind) { return about(kind).advice; }

std::string_view to_text(Severity severity) {
    if (severity == Severity::problem) return "problem";
    return severity == Severity::warning ? "warning" : "note";
}

ProvingSpan proving_span(const Trace& trace, const Entity& entity) {
    const Span& span = *entity.span;
    ProvingSpan proof{.trace = trace.id,
                      .id = entity.is_inferred ? entity.id : span.id,
                      .parent = span.parent_id,
                      .service = {},
                      .name = std::string(span.name),
                      .start = span.start,
                      .end = span.end,
                      .is_in_progress = span.in_progress,
                      .is_inferred = entity.is_inferred};
    if (entity.segment >= 0)
        proof.service = trace.entities[static_cast<std::size_t>(entity.segment)].service.name;
    if (entity.parent >= 0) {
        const Entity& parent = trace.entities[static_cast<std::size_t>(entity.parent)];
        proof.parent = parent.is_inferred ? parent.id : parent.span->id;
    }
    return proof;
}

Finding& FindingList::add(FindingKind kind, std::string key, std::string sentence) {
    const auto found = std::find_if(findings_.begin(), findings_.end(), [&](const Finding& each) {
        return each.kind == kind && each.key == key;
    });
    if (found != findings_.end()) return *found;
    if (findings_.size() == findings_max) return beyond_;
    findings_.push_back(
        {.kind = kind, .key = std::move(key), .sentence = std::move(sentence), .spans = {}});
    return findings_.back();
}

void FindingList::add(FindingKind kind, std::string key, std::string sentence, const Trace& trace,
                      const Entity& entity) {
    add_proof(add(kind, std::move(key), std::move(sentence)), trace, entity);
}

void FindingList::add(Finding found, std::string key, std::string sentence) {
    Finding& to = add(found.kind, std::move(key), std::move(sentence));
    to.count += found.count;
    for (ProvingSpan& each : found.spans)
        if (to.spans.size() < finding_spans_max) to.spans.push_back(std::move(each));
}

void FindingList::add_proof(Finding& to, const Trace& trace, const Entity& entity) const {
    ++to.count;
    if (to.spans.size() < finding_spans_max) to.spans.push_back(proving_span(trace, entity));
}

std::vector<Finding> FindingList::take() {
    std::stable_sort(findings_.begin(), findings_.end(), [](const Finding& a, const Finding& b) {
        return severity_of(a.kind) > severity_of(b.kind);
    });
    return std::move(findings_);
}

}  // namespace tomograph
