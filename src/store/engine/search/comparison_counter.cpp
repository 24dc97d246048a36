#include "store/engine/search/comparison_counter.h"

#include <utility>

#include "store/engine/search/column_judge.h"
#include "store/engine/search/span_selection.h"
#include "store/engine/search/span_values.h"

namespace tomograph {
namespace {

/// A subject may be unknown of so small a part of a run's traces.
constexpr std::size_t unknown_divisor = 64;

struct SubjectCounts {
    std::size_t subject = 0;  ///< its number in the query
    bool has_too_many = false;
    bool needs_documents = false;
    std::vector<std::pair<Scalar, SideCounts>> values{};
    SideCounts with_value{};
};

struct ComparedRun final : RunCounts {
    using RunCounts::RunCounts;
    SideCounts traces{};
    std::vector<SubjectCounts> subjects;
};

class RunComparison {
 public:
    RunComparison(GroupReader& group, const ComparisonQuery& query, const ComparisonTally& tally,
                  SpanSelection selection)
        : group_(group), query_(query), tally_(tally), selection_(std::move(selection)) {}

    Result<std::shared_ptr<const RunCounts>> run() {
        TRY(judge_sides());
        // What columns do not tell of one subject is read for all of them, so that first.
        for (std::size_t i = 0; i < query_.subjects.size(); ++i) {
            // A hundred subjects of a run are a fifth of a second.
            if (is_cancelled()) return std::shared_ptr<const RunCounts>();
            if (tally_.is_counted(i)) TRY(read_subject(i));
        }
        auto counts = std::make_shared<ComparedRun>(selection_.traces());
        selection_.traces().each([&](std::size_t trace) { note(counts->traces, sides_[trace]); });
        for (Column& column : columns_) counts->subjects.push_back(count(column));
        return std::shared_ptr<const RunCounts>(std::move(counts));
    }

 private:
    /// Numbers of a subject's values on the spans of the group.
    struct Column {
        std::size_t subject = 0;
        SpanValues values;
        std::vector<std::uint32_t> numbers{};  ///< of each span
        bool has_too_many = false;
        bool needs_documents = false;
    };

    bool is_cancelled() const {
        const auto& asked = query_.budget.is_cancelled;
        return asked && asked();
    }

    void note(SideCounts& counts, std::uint8_t sides) const {
        counts[0] += sides & 1;
        counts[1] += sides >> 1;
    }

    Result<void> judge_sides() {
        sides_.resize(group_.facts().traces);
        for (std::size_t side = 0; side < query_.sides.size(); ++side) {
            const auto bit = static_cast<std::uint8_t>(1U << side);
            if (!query_.sides[side]) {
                for (std::uint8_t& each : sides_) each |= bit;
                continue;
            }
            const std::vector<Verdict> verdicts =
                TRY(judge_by_columns(*query_.sides[side], group_));
            for (std::size_t trace = 0; trace < verdicts.size(); ++trace) {
                if (verdicts[trace] == Verdict::yes) sides_[trace] |= bit;
                if (verdicts[trace] == Verdict::unknown && selection_.traces().test(trace))
                    selection_.leave_out(selection_.firsts()[trace]);
            }
        }
        return {};
    }

    Result<void> read_subject(std::size_t subject) {
        Column column{.subject = subject, .values = SpanValues(group_, query_.subjects[subject])};
        column.numbers.assign(group_.facts().spans, SpanValues::none);
        const std::vector<std::uint32_t>& first = group_.layout().block_first;
        for (std::size_t block = 0; block + 1 < first.size() && !column.has_too_many; ++block) {
            if (!selection_.has_block(block)) continue;
            const std::span<std::uint32_t> numbers(column.numbers.data() + first[block],
                                                   first[block + 1] - first[block]);
            TRY(column.values.read(block, numbers));
            column.has_too_many = column.values.count() > values_max();
        }
        if (!column.has_too_many) leave_out_unknown(column);
        if (column.has_too_many || column.needs_documents) column.numbers = {};
        columns_.push_back(std::move(column));
        return {};
    }

    /// Some traces of which columns do not tell are read; where they are many, the subject is not
    /// worth it.
    void leave_out_unknown(Column& column) {
        std::vector<std::uint32_t> unknown;
        for (std::uint32_t span = 0; span < column.numbers.size(); ++span)
            if (column.numbers[span] == SpanValues::unknown && selection_.has_span(span))
                unknown.push_back(span);
        column.needs_documents = unknown.size() > selection_.traces().count() / unknown_divisor;
        if (column.needs_documents) return;
        for (const std::uint32_t span : unknown)
            if (selection_.has_span(span)) selection_.leave_out(span);
    }

    /// Values of traces that are left out have a number too, so a run may have some more.
    std::size_t values_max() const { return 2 * query_.values_max + 1; }

    SubjectCounts count(const Column& column) const {
        SubjectCounts counts{.subject = column.subject,
                             .has_too_many = column.has_too_many,
                             .needs_documents = column.needs_documents};
        if (counts.has_too_many || counts.needs_documents) return counts;
        constexpr std::uint32_t no_trace = ~std::uint32_t{0};
        std::vector<std::uint32_t> counted_in(column.values.count(), no_trace);
        std::vector<SideCounts> of_number(column.values.count());
        const std::vector<std::uint32_t>& firsts = selection_.firsts();
        for (std::uint32_t trace = 0; trace + 1 < firsts.size(); ++trace) {
            const std::uint8_t sides = sides_[trace];
            if (sides == 0 || !selection_.traces().test(trace)) continue;
            bool has_value = false;
            for (std::uint32_t span = firsts[trace]; span < firsts[trace + 1]; ++span) {
                const std::uint32_t number = column.numbers[span];
                if (number == SpanValues::none || counted_in[number] == trace) continue;
                counted_in[number] = trace;
                note(of_number[number], sides);
                has_value = true;
            }
            if (has_value) note(counts.with_value, sides);
        }
        for (std::uint32_t number = 1; number < of_number.size(); ++number)
            if (of_number[number] != SideCounts{})
                counts.values.emplace_back(column.values.scalar(number), of_number[number]);
        return counts;
    }

    GroupReader& group_;
    const ComparisonQuery& query_;
    const ComparisonTally& tally_;
    SpanSelection selection_;
    std::vector<std::uint8_t> sides_;  ///< of each trace: bit i says whether it is of side i
    std::vector<Column> columns_;
};

}  // namespace

bool ComparisonCounter::can_count(const Subject& subject) { return SpanValues::can_tell(subject); }

Result<std::shared_ptr<const RunCounts>> ComparisonCounter::count(
    GroupReader& group, const column::Bitmap& rows) const {
    SpanSelection selection = TRY(SpanSelection::of(group, rows));
    return RunComparison(group, query_, tally_, std::move(selection)).run();
}

void ComparisonCounter::add(const RunCounts& counts) {
    const auto& run = static_cast<const ComparedRun&>(counts);
    tally_.add_traces(run.traces);
    for (const SubjectCounts& each : run.subjects) {
        if (each.has_too_many) tally_.give_up(each.subject);
        if (each.needs_documents) tally_.need_documents(each.subject);
        tally_.add_with_value(each.subject, each.with_value);
        for (const auto& [value, traces] : each.values)
            tally_.add_value(each.subject, value, traces);
    }
}

}  // namespace tomograph
