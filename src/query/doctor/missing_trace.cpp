#include <fmt/format.h>

#include <algorithm>

#include "query/doctor/trace_findings.h"
#include "trace/trace_order.h"

namespace tomograph {
namespace {

std::string age_text(Duration age) {
    const double hours = age.as_seconds() / 3600;
    return hours >= 48 ? fmt::format("{:.0f} days", hours / 24)
                       : fmt::format("{:.1f} hours", hours);
}

void add_refusals(TraceId id, const DoctorFacts& facts, FindingList& findings) {
    for (const RefusedDocument& each : facts.intake.latest) {
        if (each.trace != id) continue;
        ++findings
              .add(FindingKind::refused, each.code + each.id,
                   fmt::format("document {} of this trace was refused with {} {} ago: {}",
                               each.id.empty() ? "(without id)" : each.id, each.code,
                               age_text(facts.now - each.time), each.message))
              .count;
    }
}

/// The first second of the oldest day of which something is kept.
std::optional<std::int64_t> oldest_day(const DoctorFacts& facts) {
    if (!facts.retention || facts.retention->slices.empty()) return std::nullopt;
    return facts.retention->slices.front().day;
}

void add_age(TraceId id, const DoctorFacts& facts, FindingList& findings) {
    const Instant claimed = Instant::from_seconds(id.claimed_second());
    if (claimed > facts.now + claimed_after_start_max) {
        // A random W3C id claims any second of 136 years.
        if (claimed < facts.now + Duration::days(2))
            findings.add(
                FindingKind::id_in_future, "",
                fmt::format("the id claims a time {} from now", age_text(claimed - facts.now)));
        return;
    }
    if (!facts.retention) return;
    const Duration age = facts.now - claimed;
    const auto oldest = oldest_day(facts);
    Duration kept = facts.retention->default_age;
    for (const RetentionPolicy& each : facts.retention->policies)
        kept = std::max(kept, Duration::days(each.days));
    if (facts.retention->default_age > Duration{} && age > kept)
        findings.add(
            FindingKind::expired, "",
            fmt::format("the id claims a time {} ago, and nothing is kept for more than {}",
                        age_text(age), age_text(kept)));
    else if (oldest && id.claimed_second() < *oldest && age < Duration::days(3650))
        findings.add(
            FindingKind::expired, "",
            fmt::format("the id claims a time {} ago, before the oldest day that is kept, "
                        "which began {} ago",
                        age_text(age), age_text(facts.now - Instant::from_seconds(*oldest))));
}

}  // namespace

std::string to_text(const std::vector<CauseCount>& counts) {
    std::string out;
    for (const CauseCount& each : counts)
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", each.cause, each.count);
    return out;
}

void add_intake(const DoctorFacts& facts, FindingList& findings) {
    const IntakeRecord& intake = facts.intake;
    if (!intake.rejected.empty())
        findings.add(FindingKind::rejected_since, "",
                     fmt::format("of {} documents since the server was started some were refused: "
                                 "{}",
                                 intake.received, to_text(intake.rejected)));
    if (!intake.dropped.empty())
        findings.add(FindingKind::dropped_since, "",
                     fmt::format("of {} documents since the server was started some could not be "
                                 "taken: {}",
                                 intake.received, to_text(intake.dropped)));
}

void add_store(const DoctorFacts& facts, FindingList& findings) {
    const StoreStatus& store = facts.store;
    if (!store.ready)
        findings.add(FindingKind::server_starting, "",
                     fmt::format("the server still reads its log: {} of {} bytes",
                                 store.replayed_bytes, store.replay_bytes));
    if (store.read_only)
        findings.add(FindingKind::server_read_only, "",
                     "the server takes no documents: " + store.reason);
    if (store.damaged_parts > 0 || store.quarantined > 0)
        findings.add(FindingKind::damaged, "",
                     fmt::format("{} parts have blocks that cannot be read, {} files are set aside",
                                 store.damaged_parts, store.quarantined));
    if (store.redacted_traces > 0)
        findings.add(FindingKind::redacted_since, "",
                     fmt::format("{} traces were redacted since the server was started; which ones "
                                 "is not kept",
                                 store.redacted_traces));
}

std::vector<Finding> explain_missing_trace(TraceId id, const DoctorFacts& facts) {
    FindingList findings;
    findings.add(FindingKind::trace_missing, "",
                 fmt::format("no document of trace {} is here", to_xray_text(id)));
    add_refusals(id, facts, findings);
    add_age(id, facts, findings);
    add_store(facts, findings);
    add_intake(facts, findings);
    return findings.take();
}

std::vector<Finding> explain_missing_span(const TraceUnderExamination& subject, SpanId span) {
    FindingList findings;
    const std::string id = to_hex(span);
    for (const RefusedDocument& each : subject.facts.intake.latest)
        if (each.id == id)
            ++findings
                  .add(FindingKind::refused, each.code,
                       fmt::format("span {} was refused with {} {} ago: {}", id, each.code,
                                   age_text(subject.facts.now - each.time), each.message))
                  .count;
    Finding& missing =
        findings.add(FindingKind::span_missing, "", fmt::format("no span {} is in the trace", id));
    for (const Entity& each : subject.trace.entities)
        if (each.is_orphan && each.span->parent_id == span)
            findings.add_proof(missing, subject.trace, each);
    if (missing.count > 0)
        missing.sentence = fmt::format(
            "span {} is not in the trace, but {} spans name it as parent", id, missing.count);
    add_intake(subject.facts, findings);
    return findings.take();
}

}  // namespace tomograph
