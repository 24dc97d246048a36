#include "store/engine/search/group_counter.h"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "store/engine/search/span_selection.h"
#include "store/engine/search/span_values.h"
#include "store/engine/search/trace_outcomes.h"
#include "store/part/block_column.h"
#include "store/part/part.h"

namespace tomograph {
namespace {

/// What is counted of a run: in which group of the run, and as what.
struct GroupCounts final : RunCounts {
    using RunCounts::RunCounts;
    std::vector<Scalar> values;        ///< of the groups, from 1; 0 is that of no value
    std::vector<std::uint32_t> items;  ///< group << Outcome::bits | outcome
};

std::uint32_t item_of(std::uint32_t number, std::uint32_t outcome) {
    return number << Outcome::bits | outcome;
}

Outcome::Flags flags_of(std::int64_t flags) {
    return {.error = (flags & span_error) != 0,
            .throttle = (flags & span_throttle) != 0,
            .fault = (flags & span_fault) != 0,
            .in_progress = (flags & span_in_progress) != 0};
}

class RunGroups {
 public:
    RunGroups(GroupReader& group, const GroupQuery& query, SpanSelection selection)
        : group_(group),
          query_(query),
          selection_(std::move(selection)),
          values_(group, query.by) {}

    Result<std::shared_ptr<const RunCounts>> run() {
        if (query_.spans) TRY(selection_.keep(*query_.spans));
        numbers_ = std::make_unique_for_overwrite<std::uint32_t[]>(group_.facts().spans);
        if (query_.is_by_time())
            TRY(read_steps());
        else
            TRY(read_numbers());
        // A table of items has no room for more values: then the run is read.
        if (value_count() > 1u << (32 - Outcome::bits)) return no_counts();
        if (query_.unit == GroupUnit::spans)
            TRY(count_spans());
        else
            TRY(count_traces());
        auto counts = std::make_shared<GroupCounts>(selection_.traces());
        counts->items = std::move(items_);
        counts->values = std::move(steps_);
        if (!query_.is_by_time())
            for (std::uint32_t number = 1; number < values_.count(); ++number)
                counts->values.push_back(values_.scalar(number));
        return std::shared_ptr<const RunCounts>(std::move(counts));
    }

 private:
    std::shared_ptr<const RunCounts> no_counts() const {
        return std::make_shared<GroupCounts>(column::Bitmap(group_.facts().traces));
    }

    std::size_t value_count() const {
        return query_.is_by_time() ? steps_.size() + 1 : values_.count();
    }

    /// All spans of a trace have the number of its step.
    Result<void> read_steps() {
        std::map<std::int64_t, std::uint32_t> known;
        auto last = known.end();  // rows come by time: mostly it is that of the row before
        const std::vector<std::uint32_t>& firsts = selection_.firsts();
        for (std::uint32_t trace = 0; trace + 1 < firsts.size(); ++trace) {
            if (!selection_.traces().test(trace)) continue;
            const TraceKey key = TRY(group_.key(trace));
            const std::int64_t step = step_of(query_, key.second);
            if (last == known.end() || last->first != step) {
                const auto next = static_cast<std::uint32_t>(steps_.size() + 1);
                bool is_new = false;
                std::tie(last, is_new) = known.emplace(step, next);
                if (is_new) steps_.push_back(step_value(step));
            }
            std::fill(numbers_.get() + firsts[trace], numbers_.get() + firsts[trace + 1],
                      last->second);
        }
        return {};
    }

    /// Leaves out the traces of spans of which columns do not tell.
    Result<void> read_numbers() {
        const std::vector<std::uint32_t>& first = group_.layout().block_first;
        for (std::size_t block = 0; block + 1 < first.size(); ++block) {
            if (!selection_.has_block(block)) continue;
            const std::span<std::uint32_t> numbers(numbers_.get() + first[block],
                                                   first[block + 1] - first[block]);
            TRY(values_.read(block, numbers));
            for (std::uint32_t i = 0; i < numbers.size(); ++i)
                if (numbers[i] == SpanValues::unknown && selection_.has_span(first[block] + i))
                    selection_.leave_out(first[block] + i);
        }
        return {};
    }

    Result<void> count_spans() {
        const std::vector<std::uint32_t>& first = group_.layout().block_first;
        items_.reserve(group_.facts().spans);
        for (std::size_t block = 0; block + 1 < first.size(); ++block) {
            if (!selection_.has_block(block)) continue;
            const BlockColumn flags =
                TRY(BlockColumn::open(group_, GroupColumn::span_flags, block));
            const BlockColumn durations =
                TRY(BlockColumn::open(group_, GroupColumn::span_duration, block));
            const std::vector<std::int64_t> flag = flags.ints();
            const std::vector<std::int64_t> duration = durations.ints();
            for (std::uint32_t i = 0; i < flag.size(); ++i) {
                const std::uint32_t span = first[block] + i;
                if (!selection_.has_span(span)) continue;
                const Outcome outcome(flags_of(flag[i]), Duration{duration[i]});
                items_.push_back(item_of(numbers_[span], outcome.packed()));
            }
        }
        return {};
    }

    /// A trace is in the group of each value that some selected span of it has; in that of no value
    /// when all of them have none.
    Result<void> count_traces() {
        TraceOutcomes outcomes(group_, selection_.firsts());
        constexpr std::uint32_t no_trace = ~std::uint32_t{0};
        std::vector<std::uint32_t> counted_in(value_count(), no_trace);
        const std::vector<std::uint32_t>& firsts = selection_.firsts();
        for (std::uint32_t trace = 0; trace + 1 < firsts.size(); ++trace) {
            if (!selection_.traces().test(trace)) continue;
            const std::size_t before = items_.size();
            bool has_span = false;
            for (std::uint32_t span = firsts[trace]; span < firsts[trace + 1]; ++span) {
                if (!selection_.has_span(span)) continue;
                has_span = true;
                const std::uint32_t number = numbers_[span];
                if (number == SpanValues::none || counted_in[number] == trace) continue;
                counted_in[number] = trace;
                items_.push_back(item_of(number, 0));
            }
            if (!has_span) continue;
            if (items_.size() == before) items_.push_back(item_of(SpanValues::none, 0));
            const auto outcome = TRY(outcomes.of(trace));
            if (!outcome) {
                items_.resize(before);
                selection_.leave_out(firsts[trace]);
                continue;
            }
            for (std::size_t i = before; i < items_.size(); ++i) items_[i] |= outcome->packed();
        }
        return {};
    }

    GroupReader& group_;
    const GroupQuery& query_;
    SpanSelection selection_;
    SpanValues values_;                         ///< when the query is not by time
    std::vector<Scalar> steps_;                 ///< when it is: those of the run, from number 1
    std::unique_ptr<std::uint32_t[]> numbers_;  ///< of every value of a span that may be selected
    std::vector<std::uint32_t> items_;
};

}  // namespace

bool GroupCounter::can_count(const GroupQuery& query) {
    return query.is_by_time() || SpanValues::can_tell(query.by);
}

Result<std::shared_ptr<const RunCounts>> GroupCounter::count(GroupReader& group,
                                                             const column::Bitmap& rows) const {
    SpanSelection selection = TRY(SpanSelection::of(group, rows));
    return RunGroups(group, query_, std::move(selection)).run();
}

void GroupCounter::add(const RunCounts& counts) {
    const auto& of_run = static_cast<const GroupCounts&>(counts);
    constexpr GroupTally::Index not_found = ~GroupTally::Index{0};
    std::vector<GroupTally::Index> places(of_run.values.size() + 1, not_found);
    for (const std::uint32_t item : of_run.items) {
        const std::uint32_t number = item >> Outcome::bits;
        GroupTally::Index& place = places[number];
        // Values of spans that are not counted have no group.
        if (place == not_found) [[unlikely]] {
            if (number == SpanValues::none) {
                place = tally_.find_absent();
            } else {
                const Scalar& value = of_run.values[number - 1];
                place = tally_.find({value.kind, value.text});
            }
        }
        tally_.count(place, Outcome(item & ((1u << Outcome::bits) - 1)));
    }
}

}  // namespace tomograph
