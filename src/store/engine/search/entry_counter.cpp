#include "store/engine/search/entry_counter.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/hash.h"
#include "store/engine/search/span_selection.h"
#include "store/engine/search/span_values.h"
#include "store/engine/search/trace_trees.h"
#include "store/part/part.h"

namespace tomograph {
namespace {

struct EntryCounts final : RunCounts {
    using RunCounts::RunCounts;
    std::vector<EntryPoint> points;
    std::vector<TraceEntry> traces;  ///< TraceEntry::point is of `points`
};

constexpr std::uint32_t no_span = ~std::uint32_t{0};

class RunEntries {
 public:
    RunEntries(GroupReader& group, SpanSelection selection)
        : group_(group),
          selection_(std::move(selection)),
          trees_(group, selection_.firsts()),
          subjects_{SpanValues(group, {.field = Field::name, .path = {}}),
                    SpanValues(group, {.path = std::string(entry_type_path)}),
                    SpanValues(group, {.path = std::string(entry_method_path)}),
                    SpanValues(group, {.path = std::string(entry_url_path)})} {}

    Result<std::shared_ptr<const RunCounts>> run() {
        TRY(trees_.read());
        TRY(find_roots());
        TRY(read_values());
        auto counts = std::make_shared<EntryCounts>(selection_.traces());
        TRY(list(*counts));
        return std::shared_ptr<const RunCounts>(std::move(counts));
    }

 private:
    static constexpr std::size_t subjects = 4;
    using Numbers = std::array<std::uint32_t, subjects>;

    Result<void> find_roots() {
        roots_.assign(trees_.traces(), no_span);
        for (std::uint32_t trace = 0; trace < roots_.size(); ++trace) {
            if (!selection_.traces().test(trace)) continue;
            const auto root = TRY(trees_.root_of(trace));
            if (root)
                roots_[trace] = *root;
            else
                selection_.leave_out(trees_.first(trace));
        }
        return {};
    }

    /// Roots ascend with their traces, so one pass over the blocks meets all of them.
    Result<void> read_values() {
        values_.resize(roots_.size());
        const std::vector<std::uint32_t>& first = group_.layout().block_first;
        std::vector<std::uint32_t> numbers;
        std::uint32_t next = 0;
        for (std::size_t block = 0; block + 1 < first.size(); ++block) {
            const auto passed = [&](std::uint32_t trace) {
                return roots_[trace] == no_span || roots_[trace] < first[block];
            };
            while (next < roots_.size() && passed(next)) ++next;
            numbers.resize(first[block + 1] - first[block]);
            for (std::size_t subject = 0; subject < subjects; ++subject) {
                TRY(subjects_[subject].read(block, numbers));
                for (std::uint32_t trace = next; trace < roots_.size(); ++trace) {
                    if (roots_[trace] == no_span) continue;
                    if (roots_[trace] >= first[block + 1]) break;
                    values_[trace][subject] = numbers[roots_[trace] - first[block]];
                }
            }
        }
        return {};
    }

    std::string text_of(std::size_t subject, std::uint32_t number) const {
        return number == SpanValues::none ? std::string() : subjects_[subject].scalar(number).text;
    }

    Result<void> list(EntryCounts& counts) {
        std::map<Numbers, std::uint32_t> known;
        const std::uint64_t spans = std::max<std::uint64_t>(1, group_.facts().spans);
        for (std::uint32_t trace = 0; trace < roots_.size(); ++trace) {
            if (roots_[trace] == no_span) continue;
            const Numbers& numbers = values_[trace];
            if (std::find(numbers.begin(), numbers.end(), SpanValues::unknown) != numbers.end()) {
                selection_.leave_out(roots_[trace]);
                continue;
            }
            const auto next = static_cast<std::uint32_t>(counts.points.size());
            const auto [found, is_new] = known.emplace(numbers, next);
            if (is_new)
                counts.points.push_back({.service = text_of(0, numbers[0]),
                                         .type = text_of(1, numbers[1]),
                                         .method = text_of(2, numbers[2]),
                                         .url = text_of(3, numbers[3])});
            const TraceKey key = TRY(group_.key(trace));
            const std::uint32_t count = trees_.end(trace) - trees_.first(trace);
            counts.traces.push_back(
                {.second = key.second,
                 .draw = draw_of(key.id),
                 .bytes = group_.facts().bytes * count / spans,
                 .point = found->second,
                 .spans = count,
                 .error = trees_.has_flag(roots_[trace], span_error | span_throttle),
                 .fault = trees_.has_flag(roots_[trace], span_fault)});
        }
        counts.rows = selection_.traces();
        return {};
    }

    GroupReader& group_;
    SpanSelection selection_;
    TraceTrees trees_;
    std::array<SpanValues, subjects> subjects_;
    std::vector<std::uint32_t> roots_;  ///< by trace
    std::vector<Numbers> values_;
};

}  // namespace

std::uint64_t draw_of(TraceId id) { return mix64(id.high ^ mix64(id.low)); }

std::uint32_t EntryTable::number_of(const EntryPoint& point) {
    std::string key;
    for (const std::string* text : {&point.service, &point.type, &point.method, &point.url})
        key.append(*text).push_back('\0');
    const auto next = static_cast<std::uint32_t>(entries_.points.size());
    const auto [found, is_new] = numbers_.emplace(std::move(key), next);
    if (is_new) {
        entries_.points.push_back(point);
        point_bytes_ += sizeof(EntryPoint) + 2 * found->first.size() + 64;
    }
    return found->second;
}

void EntryTable::add(const EntryPoint& point, TraceEntry entry) {
    entry.point = number_of(point);
    add(entry);
}

std::uint64_t EntryTable::bytes() const {
    return point_bytes_ + entries_.traces.capacity() * sizeof(TraceEntry);
}

Result<std::shared_ptr<const RunCounts>> EntryCounter::count(GroupReader& group,
                                                             const column::Bitmap& rows) const {
    SpanSelection selection = TRY(SpanSelection::of(group, rows));
    return RunEntries(group, std::move(selection)).run();
}

void EntryCounter::add(const RunCounts& counts) {
    const auto& of_run = static_cast<const EntryCounts&>(counts);
    std::vector<std::uint32_t> numbers;
    numbers.reserve(of_run.points.size());
    for (const EntryPoint& point : of_run.points) numbers.push_back(table_.number_of(point));
    for (TraceEntry entry : of_run.traces) {
        entry.point = numbers[entry.point];
        table_.add(entry);
    }
}

}  // namespace tomograph
