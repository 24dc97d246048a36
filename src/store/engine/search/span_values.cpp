#include "store/engine/search/span_values.h"

#include <algorithm>

#include "base/decimal.h"
#include "store/engine/search/span_field.h"
#include "store/part/block_column.h"
#include "store/part/limits.h"

namespace tomograph {
namespace {

/// What has more digits has no canonical spelling but that of its document (base/decimal.h).
constexpr std::int64_t mantissa_max = 999'999'999'999'999'999;

constexpr std::uint8_t nanosecond_scale = 9;
constexpr std::size_t utf8_bytes_max = 4;

}  // namespace

bool SpanValues::can_tell(const Subject& subject) {
    return subject.is_attribute() || has_span_column(subject.field);
}

SpanValues::SpanValues(GroupReader& group, const Subject& subject)
    : group_(group), subject_(subject) {
    if (!subject.is_attribute()) return;
    path_ = find_path_columns(group, subject.path);
    for (PathColumns::Column& each : path_.columns) columns_.push_back({.of = std::move(each)});
}

Result<void> SpanValues::read(std::size_t block, std::span<std::uint32_t> out) {
    ASSERT(out.size() == group_.head().block_spans[block]);
    std::fill(out.begin(), out.end(), none);
    return subject_.is_attribute() ? read_attribute(block, out) : read_field(block, out);
}

Result<void> SpanValues::read_attribute(std::size_t block, std::span<std::uint32_t> out) {
    std::shared_ptr<const std::vector<std::uint32_t>> templates;
    if (path_.has_unknown) {
        templates = TRY(group_.template_codes(block));
        for (std::size_t i = 0; i < out.size(); ++i)
            if (path_.unknown[(*templates)[i]] != 0) out[i] = unknown;
    }
    for (Column& column : columns_) {
        const ColumnHead& head = group_.head().columns[column.of.index];
        if (head.values[block] == 0) continue;
        if (!templates) templates = TRY(group_.template_codes(block));
        const BlockPlace place = place_of(head, block);
        TRY(open_chunk(column, place.chunk));
        // Which spans have a value is no pattern, so nothing branches on it. What is damaged reads
        // the room behind the numbers.
        column.numbers.resize(std::max(column.numbers.size(), place.first + out.size() + 1));
        const std::uint8_t* const has_value = column.of.templates.data();
        const std::uint32_t* number = column.numbers.data() + place.first;
        for (std::size_t i = 0; i < out.size(); ++i) {
            const std::uint32_t is_there = has_value[(*templates)[i]];
            out[i] |= *number & (0 - is_there);
            number += is_there;
        }
        if (number != column.numbers.data() + place.first + head.values[block])
            return group_.damaged("values and spans do not fit");
    }
    return {};
}

Result<void> SpanValues::open_chunk(Column& column, std::size_t chunk) {
    if (column.chunk == chunk) return {};
    column.chunk = chunk;
    switch (column.of.kind) {
        case GroupColumn::text:
            return open_texts(column.of.index, chunk, column.numbers);
        case GroupColumn::number:
            return open_decimals(column);
        default:
            return open_literals(column);
    }
}

Result<void> SpanValues::open_texts(std::size_t column, std::size_t chunk,
                                    std::vector<std::uint32_t>& numbers) {
    const auto texts = TRY(group_.texts(column, chunk));
    numbers.resize(texts->rows());
    if (texts->distinct() > 0) {
        std::vector<std::uint32_t> of_entry(texts->distinct());
        for (std::size_t i = 0; i < of_entry.size(); ++i)
            of_entry[i] = number_of_text(texts->entry(i));
        std::vector<std::uint16_t> codes(texts->rows());
        texts->codes(codes);
        for (std::size_t i = 0; i < codes.size(); ++i) numbers[i] = of_entry[codes[i]];
        return {};
    }
    std::string scratch;
    for (std::size_t i = 0; i < numbers.size(); ++i)
        numbers[i] = number_of_text(texts->value(i, scratch));
    return {};
}

Result<void> SpanValues::open_decimals(Column& column) {
    const auto decimals = TRY(group_.decimals(column.of.index, column.chunk));
    std::vector<column::Decimal> values(decimals->rows());
    decimals->values(values);
    column.numbers.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) column.numbers[i] = number_of(values[i]);
    return {};
}

Result<void> SpanValues::open_literals(Column& column) {
    const auto literals = TRY(group_.codes(column.of.index, column.chunk));
    column.numbers.resize(literals->rows());
    for (std::size_t i = 0; i < column.numbers.size(); ++i) {
        const std::int64_t literal = literals->value(i);
        const bool is_boolean = literal == literal_false || literal == literal_true;
        column.numbers[i] = is_boolean ? number_of(literal == literal_true) : none;
    }
    return {};
}

Result<void> SpanValues::read_field(std::size_t block, std::span<std::uint32_t> out) {
    switch (subject_.field) {
        case Field::name:
            return read_texts(GroupColumn::span_name, block, out);
        case Field::service:
            return read_texts(GroupColumn::span_service, block, out);
        case Field::duration:
        case Field::response_time:
            return read_ints(GroupColumn::span_duration, block, out);
        case Field::status:
            return read_ints(GroupColumn::span_status, block, out);
        default:
            return read_flags(block, out);
    }
}

Result<void> SpanValues::read_texts(GroupColumn kind, std::size_t block,
                                    std::span<std::uint32_t> out) {
    const std::size_t column = group_.head().find(kind);
    if (column == GroupHead::npos) return group_.damaged("a column is not there");
    const BlockPlace place = place_of(group_.head().columns[column], block);
    if (field_.chunk != place.chunk) {
        field_.chunk = place.chunk;
        TRY(open_texts(column, place.chunk, field_.numbers));
        for (std::uint32_t& number : field_.numbers) {
            const std::size_t size = views_[number].text.size();
            if (size == 0) number = none;
            // Perhaps its beginning only, cut at a character.
            if (size + utf8_bytes_max > column_text_bytes_max) number = unknown;
        }
    }
    const auto first = field_.numbers.begin() + static_cast<std::ptrdiff_t>(place.first);
    std::copy_n(first, out.size(), out.begin());
    return {};
}

Result<void> SpanValues::read_ints(GroupColumn kind, std::size_t block,
                                   std::span<std::uint32_t> out) {
    const auto column = TRY(BlockColumn::open(group_, kind, block));
    const std::vector<std::int64_t> values = column.ints();
    const bool is_status = kind == GroupColumn::span_status;  // 0 stands for "no status"
    const std::uint8_t scale = is_status ? std::uint8_t{0} : nanosecond_scale;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!is_status || values[i] != 0) out[i] = number_of(column::Decimal{values[i], scale});
    return {};
}

Result<void> SpanValues::read_flags(std::size_t block, std::span<std::uint32_t> out) {
    const auto column = TRY(BlockColumn::open(group_, GroupColumn::span_flags, block));
    const std::vector<std::int64_t> flags = column.ints();
    for (std::size_t i = 0; i < flags.size(); ++i)
        out[i] = number_of(span_flag_of(subject_.field, flags[i]));
    return {};
}

std::uint32_t SpanValues::add(ScalarKind kind, std::string_view text) {
    views_.push_back({.kind = kind, .text = text});
    return count() - 1;
}

std::uint32_t SpanValues::number_of_text(std::string_view text) {
    const auto found = texts_.find(text);
    if (found != texts_.end()) return found->second;
    const std::string_view kept = arena_.copy(text);
    return texts_.emplace(kept, add(ScalarKind::text, kept)).first->second;
}

std::uint32_t SpanValues::number_of(column::Decimal decimal) {
    if (decimal.mantissa > mantissa_max || decimal.mantissa < -mantissa_max) return unknown;
    auto& of_scale = decimals_[decimal.scale];
    const auto [known, is_new] = of_scale.try_emplace(static_cast<std::uint64_t>(decimal.mantissa));
    if (!is_new) return known->second;
    // 1.0 and 1 are one value.
    const std::string text = to_text(Decimal::of(decimal.mantissa, -decimal.scale));
    auto place = numbers_.find(text);
    if (place == numbers_.end())
        place = numbers_.emplace(text, add(ScalarKind::number, arena_.copy(text))).first;
    return known->second = place->second;
}

std::uint32_t SpanValues::number_of(bool value) {
    std::uint32_t& number = booleans_[value ? 1 : 0];
    if (number == none) number = add(ScalarKind::boolean, value ? "true" : "false");
    return number;
}

}  // namespace tomograph
