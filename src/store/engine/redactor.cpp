#include "store/engine/redactor.h"

#include <algorithm>

#include "base/log.h"
#include "store/engine/open_graph.h"
#include "store/file_names.h"
#include "store/part/merge.h"

namespace tomograph {
namespace {

RedactedPart told(const LivePart& part, std::uint64_t rows, std::uint64_t documents) {
    return {.path = part.listed().path, .replacement = {}, .rows = rows, .documents = documents};
}

}  // namespace

/// Collects the rows of the trace, and takes back what it added to the sums in the part of the
/// newest: which part of them carries it does not matter.
Result<bool> Redactor::find_in_parts(TraceId id, const PartSnapshot& parts,
                                     std::vector<Affected>& found) {
    DocumentSet documents;
    Affected* newest = nullptr;
    WholeTrace whole;
    Lsn& lsn_max = whole.merged.newest;
    for (std::size_t i = 0; i < parts.parts.size(); ++i) {
        const LivePart& part = *parts.parts[i];
        Affected& here = found[i];
        const RowsOfPart rows = TRY_WITHIN(part.path(), rows_of(part, {id}));
        for (const std::uint32_t ordinal : rows) {
            const TraceRow row = TRY_WITHIN(part.path(), part.reader().row(ordinal));
            auto read = TRY_WITHIN(part.path(), part.reader().documents(ordinal));
            here.rows.push_back(ordinal);
            here.documents += read.size();
            documents.add(std::move(read));
            if (newest != nullptr && row.lsn_max < lsn_max) continue;
            newest = &here;
            lsn_max = row.lsn_max;
            whole.merged.limit_exceeded = (row.flags & trace_limit_exceeded) != 0;
        }
    }
    if (newest == nullptr) return false;
    whole.merged.documents = documents.winners();
    const Trace trace = assembly_.assemble(id, whole.merged.documents);
    newest->correction.add(contribution_of(groups_now(core_), assembly_, trace, whole), -1);
    return true;
}

Result<Redactor::Found> Redactor::find(std::span<const TraceId> ids) {
    Found found;
    const Parts parts = core_.parts();
    for (const auto& part : parts->parts)
        found.parts.push_back({.part = part, .rows = {}, .documents = 0, .correction = {}});
    for (const TraceId id : std::set<TraceId>(ids.begin(), ids.end())) {
        const bool is_in_parts = TRY(find_in_parts(id, *parts, found.parts));
        const auto open = core_.open.find(id);
        if (open) found.open_documents += open->documents.size();
        if (is_in_parts || open) found.traces.push_back(id);
    }
    std::erase_if(found.parts, [](const Affected& affected) { return affected.rows.empty(); });
    for (Affected& affected : found.parts) std::sort(affected.rows.begin(), affected.rows.end());
    return found;
}

Result<void> Redactor::plan(std::span<const TraceId> ids, RedactionReport& report) {
    const Found found = TRY(find(ids));
    report.traces.insert(report.traces.end(), found.traces.begin(), found.traces.end());
    report.open_documents += found.open_documents;
    for (const Affected& affected : found.parts)
        report.parts.push_back(told(*affected.part, affected.rows.size(), affected.documents));
    return {};
}

Result<std::shared_ptr<LivePart>> Redactor::write(const Affected& affected, ManifestPart output) {
    const std::string path = core_.path(output.path);
    const std::string temporary = path + std::string(temporary_suffix);
    PartReader* const reader = &affected.part->reader();
    MergeOptions options;
    options.left_out = {affected.rows};
    options.correction = &affected.correction;
    options.seal = {.keys = core_.file_keys(), .part_id = output.id};
    output.facts = TRY(merge_parts(core_.files, std::span(&reader, 1), temporary, options));
    TRY(core_.files.rename(temporary, path));
    TRY(core_.files.sync_directory(path.substr(0, path.rfind('/'))));
    return LivePart::open(core_.part_files(), core_.options.directory, std::move(output),
                          core_.cache, core_.metrics);
}

Result<std::shared_ptr<LivePart>> Redactor::rewrite(const Affected& affected) {
    const LivePart& part = *affected.part;
    if (affected.rows.size() == part.facts().traces) {
        GraphRollup rest = TRY_WITHIN(part.path(), part.reader().rollup());
        rest.add(affected.correction);
        if (rest.cells.empty()) return std::shared_ptr<LivePart>();
    }
    const std::uint64_t id = publisher_.next_part_id();
    ManifestPart output{.id = id,
                        .level = part.listed().level,
                        .path = part_path({.level = part.listed().level,
                                           .second_min = part.facts().second_min,
                                           .second_max = part.facts().second_max,
                                           .id = id,
                                           .retention_class = part.retention_class()}),
                        .facts = {}};
    const std::string path = core_.path(output.path);
    auto written = write(affected, std::move(output));
    if (written) return written;
    // Under either name it is an unfinished publication, which the next start would remove.
    static_cast<void>(core_.files.remove(path + std::string(temporary_suffix)));
    static_cast<void>(core_.files.remove(path));
    return std::move(written).error().within(part.path());
}

/// Open documents go in the moment in which the parts change.
Publisher::Change Redactor::change_of(const Found& found, Lsn through) {
    Publisher::Change change;
    change.show = [this, traces = found.traces, through](StoreView& view) {
        for (const TraceId id : traces) {
            const auto contribution = core_.open.redact(id, through);
            if (contribution) view.open_sum.add(*contribution, -1);
        }
    };
    return change;
}

Result<void> Redactor::redact(std::span<const TraceId> ids, Lsn through, RedactionReport& report) {
    const Found found = TRY(find(ids));
    if (found.traces.empty()) return {};
    Publisher::Change change = change_of(found, through);
    std::vector<ManifestEdit> edits;
    RedactionReport done;
    for (const Affected& affected : found.parts) {
        auto rewritten = rewrite(affected);
        if (!rewritten) {
            for (const auto& part : change.added) part->doom();
            return std::move(rewritten).error();
        }
        done.parts.push_back(told(*affected.part, affected.rows.size(), affected.documents));
        edits.emplace_back(DropPart{affected.part->id()});
        change.removed.push_back(affected.part->id());
        if (!*rewritten) continue;
        done.parts.back().replacement = (*rewritten)->listed().path;
        edits.emplace_back(AddPart{(*rewritten)->listed()});
        change.added.push_back(std::move(*rewritten));
    }
    const auto& pins = publisher_.manifest().state().pins;
    for (const TraceId id : found.traces) {
        edits.emplace_back(Redact{.id = id, .through = through});
        if (pins.contains(id)) edits.emplace_back(Unpin{id});
    }
    TRY(publisher_.publish(std::move(edits), std::move(change)));
    log_info("traces redacted",
             {{"traces", found.traces.size()}, {"parts_rewritten", done.parts.size()}});
    report.traces.insert(report.traces.end(), found.traces.begin(), found.traces.end());
    report.parts.insert(report.parts.end(), done.parts.begin(), done.parts.end());
    report.open_documents += found.open_documents;
    return {};
}

}  // namespace tomograph
