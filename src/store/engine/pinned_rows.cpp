#include "store/engine/pinned_rows.h"

#include <algorithm>
#include <tuple>

#include "store/engine/open_graph.h"
#include "store/file_names.h"
#include "store/part/rollup_table.h"

namespace tomograph {
namespace {

auto order_of(const TraceRow& row) { return std::tuple(row.trace_second, row.id, row.lsn_max); }

/// The rows in the order of a part, with their places.
Result<std::vector<std::pair<TraceRow, std::uint32_t>>> read_rows(const LivePart& part,
                                                                  const RowsOfPart& ordinals) {
    std::vector<std::pair<TraceRow, std::uint32_t>> rows;
    rows.reserve(ordinals.size());
    for (const std::uint32_t ordinal : ordinals) {
        TraceRow row = TRY(part.reader().row(ordinal));
        rows.emplace_back(std::move(row), ordinal);
    }
    std::sort(rows.begin(), rows.end(),
              [](const auto& a, const auto& b) { return order_of(a.first) < order_of(b.first); });
    return rows;
}

Result<PartFacts> write_rows(StoreCore& core, TraceAssembly& assembly,
                             const PinnedRowsRequest& request, const std::string& path,
                             GraphRollup& sums) {
    const LivePart& part = request.part;
    const auto writer = TRY(
        PartWriter::create(core.files, path, {.keys = core.file_keys(), .part_id = request.id}));
    const Groups groups = groups_now(core);
    for (auto& [row, ordinal] : TRY(read_rows(part, request.rows))) {
        Arena texts;
        PartTrace trace{.row = row, .documents = {}, .spans = {}};
        trace.documents = TRY(part.reader().documents(ordinal));
        trace.spans = TRY(part.reader().spans(ordinal, texts));
        TRY(writer->add(trace));
        DocumentSet documents;
        documents.add(std::move(trace.documents));
        WholeTrace whole;
        whole.merged = {.documents = documents.winners(),
                        .newest = row.lsn_max,
                        .limit_exceeded = (row.flags & trace_limit_exceeded) != 0};
        const Trace pinned = assembly.assemble(row.id, whole.merged.documents);
        sums.add(contribution_of(groups, assembly, pinned, whole));
    }
    return writer->finish(sums);
}

Result<std::shared_ptr<LivePart>> name_part(StoreCore& core, ManifestPart listed,
                                            const std::string& temporary) {
    const std::string path = core.path(listed.path);
    TRY(core.files.rename(temporary, path));
    TRY(core.files.sync_directory(path.substr(0, path.rfind('/'))));
    return LivePart::open(core.part_files(), core.options.directory, std::move(listed), core.cache,
                          core.metrics);
}

}  // namespace

Result<PinnedRows> write_pinned(StoreCore& core, TraceAssembly& assembly,
                                const PinnedRowsRequest& request) {
    const PartFacts& facts = request.part.facts();
    ManifestPart listed{.id = request.id,
                        .level = 0,
                        .path = part_path({.level = 0,
                                           .second_min = facts.second_min,
                                           .second_max = facts.second_max,
                                           .id = request.id,
                                           .retention_class = retention_class_pinned}),
                        .facts = {}};
    const std::string path = core.path(listed.path);
    const std::string temporary = path + std::string(temporary_suffix);
    TRY(core.files.make_directories(path.substr(0, path.rfind('/'))));
    GraphRollup sums;
    auto written = write_rows(core, assembly, request, temporary, sums);
    Result<std::shared_ptr<LivePart>> live = Error(ErrorCode::io, "not written");
    if (written) {
        listed.facts = *written;
        live = name_part(core, std::move(listed), temporary);
    } else {
        live = written.error();
    }
    if (!live) {
        // Under either name it is an unfinished publication, which the next start would remove.
        static_cast<void>(core.files.remove(temporary));
        static_cast<void>(core.files.remove(path));
        return std::move(live).error();
    }
    GraphRollup moved;
    moved.add(sums, -1);
    return PinnedRows{.part = std::move(*live),
                      .moved = std::make_shared<const RollupTable>(table_of(moved))};
}

}  // namespace tomograph
