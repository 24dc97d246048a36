#include "store/engine/search/span_leaf.h"

#include <algorithm>
#include <limits>

#include "column/value_filter.h"
#include "store/engine/search/span_field.h"
#include "store/part/block_column.h"
#include "store/part/value_hash.h"

namespace tomograph {
namespace {

constexpr int nanosecond_decimals = 9;

/// value x 10^decimals as an integer: rounded down, and whether that lost something. Nothing when
/// it is beyond 64 bits.
struct Scaled {
    std::int64_t value = 0;
    bool is_exact = true;
};
std::optional<Scaled> scale(Decimal number, int decimals) {
    Scaled scaled{.value = number.mantissa, .is_exact = true};
    int exponent = number.exponent + decimals;
    for (; exponent > 0; --exponent)
        if (__builtin_mul_overflow(scaled.value, 10, &scaled.value)) return std::nullopt;
    for (; exponent < 0; ++exponent) {
        const std::int64_t rest = scaled.value % 10;
        scaled.is_exact = scaled.is_exact && rest == 0;
        scaled.value = scaled.value / 10 - (rest < 0 ? 1 : 0);
        if (scaled.value == 0 && rest == 0 && scaled.is_exact) break;
    }
    return scaled;
}

/// The integers n with n x 10^-decimals inside of the test's bounds.
struct IntRange {
    std::int64_t min = std::numeric_limits<std::int64_t>::min();
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
    bool is_empty = false;
};
IntRange int_range(const NumberTest& test, int decimals) {
    IntRange range;
    if (test.min) {
        const auto low = scale(*test.min, decimals);
        if (!low && test.min->mantissa > 0) range.is_empty = true;
        if (low) {
            range.min = low->value;
            if (!low->is_exact || test.min_is_open) {
                range.is_empty = range.min == std::numeric_limits<std::int64_t>::max();
                if (!range.is_empty) ++range.min;
            }
        }
    }
    if (test.max) {
        const auto high = scale(*test.max, decimals);
        if (!high && test.max->mantissa < 0) range.is_empty = true;
        if (high) {
            range.max = high->value;
            if (high->is_exact && test.max_is_open) {
                if (range.max == std::numeric_limits<std::int64_t>::min())
                    range.is_empty = true;
                else
                    --range.max;
            }
        }
    }
    if (range.min > range.max) range.is_empty = true;
    return range;
}

/// Nothing when the bound has more digits than a column's decimals can have.
std::optional<column::DecimalBound> bound(const std::optional<Decimal>& number, bool is_open) {
    if (!number || number->exponent < -18) return std::nullopt;
    const auto scaled = scale(*number, number->exponent < 0 ? -number->exponent : 0);
    if (!scaled) return std::nullopt;
    const auto decimals = static_cast<std::uint8_t>(number->exponent < 0 ? -number->exponent : 0);
    return column::DecimalBound{.value = {scaled->value, decimals}, .is_inclusive = !is_open};
}

bool passes_flag(const Test& test, bool value) {
    if (const auto* set = std::get_if<IsSet>(&test))
        return !set->kind || *set->kind == ScalarKind::boolean;
    return passes_boolean(test, value);
}

bool wants(const Test& test, ScalarKind kind) {
    if (const auto* set = std::get_if<IsSet>(&test)) return !set->kind || *set->kind == kind;
    switch (kind) {
        case ScalarKind::text:
            return std::holds_alternative<TextTest>(test);
        case ScalarKind::number:
            return std::holds_alternative<NumberTest>(test);
        case ScalarKind::boolean:
            return std::holds_alternative<BooleanTest>(test);
    }
    return false;
}

/// The single text that passes; nothing when others do.
const std::string* only_text(const Test& test) {
    const auto* text = std::get_if<TextTest>(&test);
    const bool is_one = text != nullptr && text->how == TextTest::How::equal && !text->ignore_case;
    return is_one ? &text->text : nullptr;
}

column::Bitmap whole(std::size_t rows, bool value) { return column::Bitmap(rows, value); }

}  // namespace

Result<bool> SpanLeaf::start(GroupReader& group, std::string_view filter) {
    group_ = &group;
    columns_.clear();
    if (condition_.subject.is_attribute()) return start_attribute(filter);
    const Field field = condition_.subject.field;
    if (field != Field::name && field != Field::service) return true;
    const bool is_name = field == Field::name;
    const std::size_t index =
        group.head().find(is_name ? GroupColumn::span_name : GroupColumn::span_service);
    const std::string* text = only_text(condition_.test);
    if (text == nullptr || index == GroupHead::npos || !group.head().columns[index].is_filtered)
        return true;
    return column::may_contain(filter, value_hash(path_hash(is_name ? "name" : "service"), *text));
}

bool SpanLeaf::start_attribute(std::string_view filter) {
    PathColumns found = find_path_columns(*group_, condition_.subject.path);
    for (PathColumns::Column& each : found.columns)
        if (can_pass(each, filter)) columns_.push_back({.of = std::move(each)});
    unknown_templates_ = std::move(found.unknown);
    has_unknown_ = found.has_unknown;
    return has_unknown_ || !columns_.empty();
}

bool SpanLeaf::can_pass(const PathColumns::Column& column, std::string_view filter) const {
    const std::uint64_t path = path_hash(condition_.subject.path);
    const bool is_filtered = group_->head().columns[column.index].is_filtered;
    switch (column.kind) {
        case GroupColumn::text: {
            const std::string* text = only_text(condition_.test);
            if (!wants(condition_.test, ScalarKind::text)) return false;
            return text == nullptr || !is_filtered ||
                   column::may_contain(filter, value_hash(path, *text));
        }
        case GroupColumn::number:
            return wants(condition_.test, ScalarKind::number);
        default:
            return wants(condition_.test, ScalarKind::boolean);
    }
}

Result<Verdicts> SpanLeaf::evaluate(std::size_t block) {
    if (condition_.subject.is_attribute()) return evaluate_attribute(block);
    return evaluate_field(block);
}

Result<Verdicts> SpanLeaf::evaluate_field(std::size_t block) const {
    const std::size_t rows = group_->head().block_spans[block];
    const Field field = condition_.subject.field;
    Verdicts verdicts(rows);
    if (is_span_flag(field)) {
        verdicts.yes = TRY(match_flags(block));
    } else if (field == Field::duration || field == Field::response_time) {
        verdicts.yes = TRY(match_ints(GroupColumn::span_duration, block, nanosecond_decimals));
    } else if (field == Field::status) {
        verdicts.yes = TRY(match_ints(GroupColumn::span_status, block, 0));
    } else if (field == Field::name) {
        verdicts.yes = TRY(match_texts(GroupColumn::span_name, block));
    } else if (field == Field::service) {
        verdicts.yes = TRY(match_texts(GroupColumn::span_service, block));
    } else {
        verdicts.maybe.fill();
        return verdicts;
    }
    verdicts.maybe = verdicts.yes;
    return verdicts;
}

Result<column::Bitmap> SpanLeaf::match_flags(std::size_t block) const {
    const auto flags = TRY(BlockColumn::open(*group_, GroupColumn::span_flags, block));
    column::Bitmap passing(flags.values());
    for (std::size_t i = 0; i < flags.values(); ++i)
        if (passes_flag(condition_.test, span_flag_of(condition_.subject.field, flags.number(i))))
            passing.set(i);
    return passing;
}

Result<column::Bitmap> SpanLeaf::match_ints(GroupColumn kind, std::size_t block,
                                            int decimals) const {
    const auto column = TRY(BlockColumn::open(*group_, kind, block));
    const bool has_none = kind == GroupColumn::span_status;  // 0 stands for "no status"
    if (std::holds_alternative<IsSet>(condition_.test)) {
        if (!wants(condition_.test, ScalarKind::number)) return whole(column.values(), false);
        if (!has_none) return whole(column.values(), true);
        return column.match(1, std::numeric_limits<std::int64_t>::max());
    }
    const auto* test = std::get_if<NumberTest>(&condition_.test);
    if (test == nullptr) return whole(column.values(), false);
    IntRange range = int_range(*test, decimals);
    if (has_none) range.min = std::max<std::int64_t>(range.min, 1);
    if (range.is_empty || range.min > range.max) return whole(column.values(), false);
    return column.match(range.min, range.max);
}

Result<column::Bitmap> SpanLeaf::match_texts(GroupColumn kind, std::size_t block) const {
    const auto column = TRY(BlockColumn::open(*group_, kind, block));
    if (!wants(condition_.test, ScalarKind::text)) return whole(column.values(), false);
    const bool is_any = std::holds_alternative<IsSet>(condition_.test);
    return column.match([&](std::string_view text) {
        return !text.empty() && (is_any || passes_text(condition_.test, text));
    });
}

/// The values of a chunk that pass; kept, since a chunk may cover several blocks.
Result<void> SpanLeaf::match_chunk(PathColumn& column, std::size_t chunk) const {
    if (column.chunk == chunk) return {};
    column.chunk = chunk;
    const std::size_t values = group_->head().columns[column.of.index].chunks[chunk].values;
    column.passing = column::Bitmap(values);
    const bool is_any = std::holds_alternative<IsSet>(condition_.test);
    switch (column.of.kind) {
        case GroupColumn::text: {
            const auto texts = TRY(group_->texts(column.of.index, chunk));
            if (is_any)
                column.passing.fill();
            else if (const std::string* text = only_text(condition_.test))
                texts->match_equal(*text, column.passing);
            else
                texts->match(
                    [&](std::string_view each) { return passes_text(condition_.test, each); },
                    column.passing);
            return {};
        }
        case GroupColumn::number: {
            const auto numbers = TRY(group_->decimals(column.of.index, chunk));
            const auto* test = std::get_if<NumberTest>(&condition_.test);
            if (is_any) {
                column.passing.fill();
            } else if (const auto low = bound(test->min, test->min_is_open),
                       high = bound(test->max, test->max_is_open);
                       low.has_value() == test->min.has_value() &&
                       high.has_value() == test->max.has_value()) {
                numbers->match({.low = low, .high = high}, column.passing);
            } else {
                // Bounds that no column's decimal has: one by one.
                for (std::size_t i = 0; i < values; ++i) {
                    const column::Decimal each = numbers->value(i);
                    if (passes_number(condition_.test, Decimal::of(each.mantissa, -each.scale)))
                        column.passing.set(i);
                }
            }
            return {};
        }
        default: {
            const auto codes = TRY(group_->codes(column.of.index, chunk));
            unsigned wanted = 0;
            for (const std::int64_t literal : {literal_false, literal_true})
                if (passes_flag(condition_.test, literal == literal_true))
                    wanted |= 1u << static_cast<unsigned>(literal);
            codes->match(wanted, column.passing);
            return {};
        }
    }
}

Result<Verdicts> SpanLeaf::evaluate_attribute(std::size_t block) {
    const GroupHead& head = group_->head();
    const std::size_t rows = head.block_spans[block];
    Verdicts verdicts(rows);
    std::shared_ptr<const std::vector<std::uint32_t>> codes;
    for (PathColumn& column : columns_) {
        const ColumnHead& own = head.columns[column.of.index];
        if (own.values[block] == 0) continue;
        TRY(match_chunk(column, place_of(own, block).chunk));
        if (!column.passing.any()) continue;
        if (!codes) codes = TRY(group_->template_codes(block));
        TRY(each_value(*group_, column.of, block, *codes, [&](std::size_t row, std::size_t at) {
            if (column.passing.test(at)) verdicts.yes.set(row);
        }));
    }
    verdicts.maybe = verdicts.yes;
    if (!has_unknown_) return verdicts;
    if (!codes) codes = TRY(group_->template_codes(block));
    for (std::size_t row = 0; row < rows; ++row)
        if (unknown_templates_[(*codes)[row]] != 0) verdicts.maybe.set(row);
    return verdicts;
}

}  // namespace tomograph
