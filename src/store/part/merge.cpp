#include "store/part/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "store/part/group_reader.h"
#include "store/part/rollup.h"
#include "store/part/rollup_sum.h"

namespace tomograph {
namespace {

// Where one run of an input stands.
struct Cursor {
    PartReader* part = nullptr;
    std::uint32_t ordinal = 0;
    std::uint32_t end = 0;
    std::span<const std::uint32_t> left_out;
    TraceRow row = {};

    bool is_done() const { return ordinal >= end; }
    Result<void> load() {
        while (!is_done() && std::binary_search(left_out.begin(), left_out.end(), ordinal))
            ++ordinal;
        if (!is_done()) row = TRY(part->row(ordinal));
        return {};
    }
    Result<void> advance() {
        ++ordinal;
        return load();
    }
};

// A row with what hangs on it; the texts of its spans live in the arena of its group.
struct Fragment {
    TraceRow row;
    std::vector<StoredDocument> documents;
    std::vector<SpanRow> spans;
};

auto key_of(const TraceRow& row) { return std::tuple(row.trace_second, row.id); }
auto order_of(const TraceRow& row) { return std::tuple(row.trace_second, row.id, row.lsn_max); }

Result<Fragment> read_fragment(const Cursor& cursor, Arena& texts) {
    Fragment fragment{.row = cursor.row, .documents = {}, .spans = {}};
    fragment.documents = TRY(cursor.part->documents(cursor.ordinal));
    fragment.spans = TRY(cursor.part->spans(cursor.ordinal, texts));
    std::size_t spans = 0;
    for (const StoredDocument& stored : fragment.documents)
        spans += stored.document.header.span_count;
    if (spans != fragment.spans.size())
        return Error(ErrorCode::corrupt, fmt::format("{}: row {} has spans of other documents",
                                                     cursor.part->path(), cursor.ordinal));
    return fragment;
}

// The cursor whose row comes first; null at the end. Few inputs: a scan is as fast as a heap.
Cursor* first_of(std::vector<Cursor>& cursors) {
    Cursor* first = nullptr;
    for (Cursor& cursor : cursors)
        if (!cursor.is_done() && (first == nullptr || order_of(cursor.row) < order_of(first->row)))
            first = &cursor;
    return first;
}

struct Winner {
    StoredDocument document;
    std::vector<SpanRow> spans;
};

class Joiner {
 public:
    void add(Fragment fragment) {
        std::size_t first = 0;
        for (StoredDocument& stored : fragment.documents) {
            Winner candidate;
            const std::size_t spans = stored.document.header.span_count;
            const auto begin = fragment.spans.begin() + static_cast<std::ptrdiff_t>(first);
            candidate.spans.assign(begin, begin + static_cast<std::ptrdiff_t>(spans));
            first += spans;
            candidate.document = std::move(stored);
            offer(std::move(candidate));
        }
    }

    PartTrace finish(TraceRow row) && {
        std::vector<Winner*> order;
        for (auto& [id, winner] : winners_) order.push_back(&winner);
        std::sort(order.begin(), order.end(), [](const Winner* a, const Winner* b) {
            const SegmentHeader& x = a->document.document.header;
            const SegmentHeader& y = b->document.document.header;
            return std::tie(x.start, x.id) < std::tie(y.start, y.id);
        });
        PartTrace joined{.row = std::move(row), .documents = {}, .spans = {}};
        for (Winner* winner : order) {
            joined.documents.push_back(std::move(winner->document));
            joined.spans.insert(joined.spans.end(), winner->spans.begin(), winner->spans.end());
        }
        return joined;
    }

 private:
    void offer(Winner candidate) {
        const SpanId id = candidate.document.document.header.id;
        const auto place = winners_.find(id);
        if (place == winners_.end())
            winners_.emplace(id, std::move(candidate));
        else if (replaces(candidate.document, place->second.document))
            place->second = std::move(candidate);
    }

    std::unordered_map<SpanId, Winner> winners_;
};

// Fragments of one key, oldest first.
PartTrace join(std::vector<Fragment> fragments) {
    TraceRow row = fragments.back().row;
    const int older = fragments.front().row.flags & trace_has_older_rows;
    row.flags = static_cast<std::uint16_t>((row.flags & ~trace_has_older_rows) | older);
    for (const Fragment& fragment : fragments) row.flags |= fragment.row.flags & trace_is_summary;
    if (fragments.size() == 1)
        return {.row = std::move(row),
                .documents = std::move(fragments.front().documents),
                .spans = std::move(fragments.front().spans)};
    // Rows of older spans do not know what came later.
    row.flags |= trace_is_irregular;
    Joiner joiner;
    for (Fragment& fragment : fragments) joiner.add(std::move(fragment));
    return std::move(joiner).finish(std::move(row));
}

bool is_summary(std::span<PartReader* const> inputs) {
    std::uint64_t rows = 0;
    for (const PartReader* part : inputs) {
        rows += part->facts().traces;
        if (part->facts().traces > 0 && !part->facts().is_summary) return false;
    }
    return rows > 0;
}

/// The cells of all inputs. Those of one part stay as they are, number for number.
Result<RollupTable> sum_of(std::span<PartReader* const> inputs, const GraphRollup* correction) {
    if (inputs.size() == 1 && correction == nullptr) return inputs.front()->rollup_table({});
    std::vector<RollupTable> tables;
    tables.reserve(inputs.size() + 1);
    for (PartReader* part : inputs) tables.push_back(TRY(part->rollup_table({})));
    if (correction != nullptr) tables.push_back(table_of(*correction));
    std::vector<RollupSlice> slices;
    slices.reserve(tables.size());
    for (const RollupTable& table : tables) slices.push_back({.table = &table});
    return sum_rollups(slices, {});
}

}  // namespace

Result<PartFacts> merge_parts(FileSystem& files, std::span<PartReader* const> inputs,
                              const std::string& output_path, const MergeOptions& options) {
    std::vector<Cursor> cursors;
    const auto writer = TRY(PartWriter::create(files, output_path, options.seal));
    if (options.summarise || is_summary(inputs)) writer->mark_summary();
    const RollupTable rollup = TRY(sum_of(inputs, options.correction));
    for (std::size_t input = 0; input < inputs.size(); ++input) {
        PartReader* part = inputs[input];
        std::span<const std::uint32_t> left_out;
        if (!options.left_out.empty()) left_out = options.left_out[input];
        for (std::size_t i = 0; i < part->runs().size(); ++i) {
            const TraceRun& run = part->runs()[i];
            const auto group = TRY(part->group(i));
            const auto first_out = std::lower_bound(left_out.begin(), left_out.end(), run.first);
            const bool is_whole = first_out == left_out.end() || *first_out - run.first >= run.rows;
            const bool is_copied = is_whole && !options.summarise;
            if (group && is_copied && run.spans >= options.copy_spans_min) {
                TRY(writer->copy(*group));
            } else {
                cursors.push_back({.part = part,
                                   .ordinal = run.first,
                                   .end = run.first + run.rows,
                                   .left_out = left_out});
                TRY(cursors.back().load());
            }
        }
    }
    while (Cursor* first = first_of(cursors)) {
        Arena texts;
        std::vector<Fragment> fragments;
        const TraceRow key = first->row;
        for (Cursor* next = first; next != nullptr && key_of(next->row) == key_of(key);
             next = first_of(cursors)) {
            Fragment fragment = TRY(read_fragment(*next, texts));
            fragments.push_back(std::move(fragment));
            TRY(next->advance());
        }
        PartTrace joined = join(std::move(fragments));
        if (options.summarise) TRY(options.summarise(joined));
        TRY(writer->add(joined));
    }
    return writer->finish(rollup);
}

}  // namespace tomograph
