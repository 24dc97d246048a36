#include "store/engine/flusher.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/log.h"
#include "store/engine/fetch_ahead.h"
#include "store/engine/open_graph.h"
#include "store/file_names.h"
#include "trace/graph_of_trace.h"
#include "trace/trace_order.h"

namespace tomograph {
namespace {

/// Spans of one part at most: its trace table is read whole by merges.
constexpr std::uint64_t part_spans_max = 2 * flush_spans;

/// The winners that are not in a part yet, in their order.
std::vector<DocumentPointer> fresh_documents(const OpenTrace& trace, const WholeTrace& whole) {
    const std::set<DocumentPointer> open(trace.documents.begin(), trace.documents.end());
    std::vector<DocumentPointer> fresh;
    for (const DocumentPointer& document : whole.merged.documents)
        if (open.contains(document)) fresh.push_back(document);
    return fresh;
}

}  // namespace

Flusher::Flusher(StoreCore& core, Publisher& publisher) : core_(core), publisher_(publisher) {}

/// A late fragment joins the first row of its trace; else the policies decide.
Result<std::uint32_t> Flusher::class_of(const OpenTrace& trace, const PartSnapshot& parts) {
    if (*trace.older) {
        const auto its_class = TRY(retention_class_in(parts, trace.id));
        if (its_class) return *its_class;
    }
    const auto& policies = publisher_.manifest().state().policies;
    if (policies.empty()) return retention_class_default;
    const Trace whole = assembly_.assemble(trace.id, trace.documents);
    const auto groups = matches_of(groups_, whole,
                                   {.documents = trace.documents,
                                    .newest = trace.lsn_max,
                                    .limit_exceeded = trace.limit_exceeded});
    return class_of_trace(policies, whole, groups);
}

Result<std::deque<Flusher::Placed>> Flusher::place(ReadyTraces traces) {
    const Parts parts = core_.parts();
    std::deque<Placed> placed;
    for (; !traces.empty(); traces.pop_front()) {
        OpenTrace& trace = traces.front();
        // Not remembered in the table, as older_row() does: the trace is about to leave it.
        if (!trace.older) {
            TraceInParts found = TRY(look_up(*parts, trace.id));
            trace.older.emplace(std::move(found.row));
        }
        auto older = *trace.older;
        Instant start;
        std::vector<DocumentPointer> sealed;
        if (older) {
            WholeTrace whole = TRY(whole_trace(core_, trace, *parts));
            start = whole.merged.documents.front()->document.header.start;
            sealed = std::move(whole.older.documents);
        } else {
            start = trace.start;
        }
        std::vector<PlaceStep> steps;
        if (core_.places.is_asked_of(trace.lsn_max, core_.clock.monotonic())) {
            steps = place_steps(trace.id, sealed, trace.documents, trace.outdated);
            if (steps.size() == 1) steps.clear();
        }
        const std::int64_t second = trace_second(trace.id, start);
        const std::uint32_t its_class = TRY(class_of(trace, *parts));
        placed.push_back({second, std::move(trace), std::move(older), its_class, std::move(steps)});
    }
    return placed;
}

/// Where they stand is sorted, not they themselves: they are large.
std::vector<Flusher::Placed*> Flusher::in_order(std::deque<Placed>& placed) {
    std::vector<Placed*> order;
    order.reserve(placed.size());
    for (Placed& each : placed) order.push_back(&each);
    std::sort(order.begin(), order.end(), [](const Placed* a, const Placed* b) {
        return std::tie(a->retention_class, a->second, a->trace.id) <
               std::tie(b->retention_class, b->second, b->trace.id);
    });
    return order;
}

Result<void> Flusher::flush(ReadyTraces traces) {
    groups_ = groups_now(core_);
    assembly_.set_depth(assembly_depth(groups_));
    std::deque<Placed> placed = TRY(place(std::move(traces)));
    const std::vector<Placed*> order = in_order(placed);
    std::span<Placed* const> rest(order);
    while (!rest.empty()) {
        const std::string day = day_name(rest.front()->second);
        const std::uint32_t its_class = rest.front()->retention_class;
        std::size_t count = 0;
        std::uint64_t spans = 0;
        while (count < rest.size() && (count == 0 || spans < part_spans_max) &&
               rest[count]->retention_class == its_class && day_name(rest[count]->second) == day)
            spans += rest[count++]->trace.spans;
        const Duration start = core_.clock.monotonic();
        const auto flushed = flush_part(rest.first(count));
        core_.metrics.flush_seconds.observe((core_.clock.monotonic() - start).as_seconds());
        if (!flushed) {
            core_.metrics.flush_failures.add();
            return flushed;
        }
        rest = rest.subspan(count);
    }
    return {};
}

Result<void> Flusher::flush_part(std::span<Placed* const> traces) {
    ManifestPart part;
    part.id = publisher_.next_part_id();
    part.path = part_path({.level = 0,
                           .second_min = traces.front()->second,
                           .second_max = traces.back()->second,
                           .id = part.id,
                           .retention_class = traces.front()->retention_class});
    const std::string path = core_.path(part.path);
    const std::string temporary = path + std::string(temporary_suffix);
    TRY(core_.files.make_directories(path.substr(0, path.rfind('/'))));
    auto writer = TRY(PartWriter::create(core_.files, temporary,
                                         {.keys = core_.file_keys(), .part_id = part.id}));
    auto written = write(*writer, traces);
    Result<void> done;
    if (!written) {
        done = written.error();
    } else if (written->rows == 0) {
        // Only documents that lost against what the parts have: nothing to publish but their end.
        static_cast<void>(core_.files.remove(temporary));
        return publisher_.publish({}, forget(std::move(*written)));
    } else {
        auto facts = writer->finish(written->rollup);
        if (facts)
            part.facts = *facts;
        else
            done = facts.error();
    }
    writer.reset();
    if (done) return publish(part, temporary, std::move(*written));
    // The next start removes what cannot be removed now.
    static_cast<void>(core_.files.remove(temporary));
    return done;
}

Result<Flusher::Written> Flusher::write(PartWriter& writer, std::span<Placed* const> traces) {
    Written written;
    written.traces.reserve(traces.size());
    const Parts parts = core_.parts();
    for (std::size_t i = 0; i < traces.size(); ++i) {
        if (i + 2 < traces.size()) fetch_records(traces[i + 2]->trace.documents);
        if (i + 1 < traces.size()) fetch_texts(traces[i + 1]->trace.documents);
        TRY(write_trace(writer, *traces[i], *parts, written));
    }
    return written;
}

Result<void> Flusher::write_trace(PartWriter& writer, Placed& placed, const PartSnapshot& parts,
                                  Written& written) {
    OpenTrace& trace = placed.trace;
    WholeTrace whole;
    std::vector<DocumentPointer> late;
    if (placed.older) {
        whole = TRY(whole_trace(core_, trace, parts));
        late = fresh_documents(trace, whole);
    } else {
        sort_documents(trace.documents);
    }
    const auto& all = placed.older ? whole.merged.documents : trace.documents;
    const auto& fresh = placed.older ? late : trace.documents;
    if (fresh.empty()) {
        written.traces.push_back({.id = trace.id, .lsn = trace.lsn_max, .row = {}});
        return {};
    }
    const Trace merged = assembly_.assemble(trace.id, all);
    if (trace.only_if_complete) {
        if (!is_complete(merged)) {
            core_.open.set_unfinished(trace);
            return {};
        }
        core_.metrics.sealed_complete.add();
    }
    TraceRow row = row_of(merged, all, trace.lsn_max);
    row.trace_second = placed.second;
    unsigned flags = row.flags;
    if (placed.older) flags |= trace_has_older_rows | (placed.older->flags & trace_limit_exceeded);
    if (trace.limit_exceeded) flags |= trace_limit_exceeded;
    row.flags = static_cast<std::uint16_t>(flags);
    part_documents_.clear();
    for (const DocumentPointer& document : fresh)
        part_documents_.push_back({.lsn = trace.lsn_max, .document = &document->document});
    const std::vector<SpanRow> spans = span_rows(merged, fresh);
    TRY(writer.add(PartTraceView{.row = row, .documents = part_documents_, .spans = spans}));
    if (placed.older) core_.metrics.late_fragments.add();
    if (groups_ ? trace.is_described_in_groups() : trace.is_described()) {
        written.rollup.add(*trace.contribution);
    } else if (groups_) {
        if (!placed.older)
            whole.merged = {.documents = trace.documents,
                            .newest = trace.lsn_max,
                            .limit_exceeded = trace.limit_exceeded};
        written.rollup.add(contribution_of(groups_, assembly_, merged, whole));
    } else {
        add_graph_of_trace(written.rollup, merged);
        if (!whole.older.documents.empty())
            written.rollup.add(graph_of_trace(assembly_.assemble(trace.id, whole.older.documents)),
                               -1);
    }
    written.traces.push_back({.id = trace.id,
                              .lsn = trace.lsn_max,
                              .row = std::move(row),
                              .steps = std::move(placed.steps)});
    ++written.rows;
    return {};
}

Result<void> Flusher::publish(const ManifestPart& part, const std::string& temporary,
                              Written written) {
    const std::string path = core_.path(part.path);
    auto live = name_part(part, temporary);
    if (!live) {
        // Under either name it is an unfinished publication, which the next start would remove.
        static_cast<void>(core_.files.remove(temporary));
        static_cast<void>(core_.files.remove(path));
        return std::move(live).error();
    }
    Publisher::Change change = forget(std::move(written));
    change.added.push_back(std::move(*live));
    TRY(publisher_.publish({AddPart{part}}, std::move(change)));
    core_.metrics.flushes.add();
    return {};
}

Result<std::shared_ptr<LivePart>> Flusher::name_part(const ManifestPart& part,
                                                     const std::string& temporary) {
    const std::string path = core_.path(part.path);
    TRY(core_.files.rename(temporary, path));
    TRY(core_.files.sync_directory(path.substr(0, path.rfind('/'))));
    return LivePart::open(core_.part_files(), core_.options.directory, part, core_.cache,
                          core_.metrics);
}

/// Takes the traces out of the open table, in the moment in which the part has them.
Publisher::Change Flusher::forget(Written written) {
    auto shared = std::make_shared<Written>(std::move(written));
    auto removed = std::make_shared<GraphRollup>();
    Publisher::Change change;
    change.prepare = [this, shared, removed] {
        if (!core_.open.has_contributions()) return;
        for (const Flushed& flushed : shared->traces) {
            const auto contribution = core_.open.contribution(flushed.id);
            if (contribution) removed->add(*contribution);
        }
    };
    change.show = [this, shared, removed](StoreView& view) {
        // First: who does not find it open any more must find where it stood.
        for (Flushed& flushed : shared->traces)
            if (!flushed.steps.empty()) core_.places.note(flushed.id, std::move(flushed.steps));
        for (const Flushed& flushed : shared->traces)
            core_.open.forget(flushed.id, flushed.lsn, flushed.row);
        view.open_sum.add(*removed, -1);
    };
    return change;
}

}  // namespace tomograph
