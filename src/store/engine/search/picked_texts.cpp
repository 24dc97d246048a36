#include "store/engine/search/picked_texts.h"

#include <algorithm>

#include "base/assert.h"
#include "store/part/block_column.h"
#include "store/part/limits.h"

namespace tomograph {
namespace {

constexpr std::size_t utf8_bytes_max = 4;

}  // namespace

PickedTexts::PickedTexts(GroupReader& group, const Subject& subject, Equal equal, Arena& arena)
    : group_(group), subject_(subject), equal_(equal), arena_(arena) {
    ASSERT(subject.is_attribute() || subject.field == Field::name);
    if (subject.is_attribute()) path_ = find_path_columns(group, subject.path);
}

Result<void> PickedTexts::read(std::span<const std::uint32_t> spans, std::span<std::uint32_t> out) {
    ASSERT(out.size() == spans.size());
    std::fill(out.begin(), out.end(), none);
    const std::vector<std::uint32_t>& first = group_.layout().block_first;
    std::size_t at = 0;
    for (std::size_t block = 0; block + 1 < first.size(); ++block) {
        const std::size_t begin = at;
        while (at < spans.size() && spans[at] < first[block + 1]) ++at;
        if (begin == at) continue;
        const Picks picks{.block = block,
                          .spans = spans.subspan(begin, at - begin),
                          .out = out.subspan(begin, at - begin)};
        TRY(subject_.is_attribute() ? read_attribute(picks) : read_names(picks));
    }
    return {};
}

Result<void> PickedTexts::read_names(const Picks& picks) {
    const std::size_t column = group_.head().find(GroupColumn::span_name);
    if (column == GroupHead::npos) return group_.damaged("a column is not there");
    const BlockPlace place = place_of(group_.head().columns[column], picks.block);
    const std::uint32_t first = group_.layout().block_first[picks.block];
    for (std::size_t i = 0; i < picks.spans.size(); ++i) {
        const std::size_t row = place.first + picks.spans[i] - first;
        const std::uint32_t number = TRY(text_number_at(column, place.chunk, row));
        // Perhaps its beginning only, cut at a character.
        const bool is_cut = texts_[number].size() + utf8_bytes_max > column_text_bytes_max;
        picks.out[i] = is_cut ? unknown : number;
    }
    return {};
}

Result<void> PickedTexts::read_attribute(const Picks& picks) {
    if (path_.columns.empty() && !path_.has_unknown) return {};
    const auto templates = TRY(group_.template_codes(picks.block));
    const std::uint32_t first = group_.layout().block_first[picks.block];
    for (std::size_t i = 0; i < picks.spans.size(); ++i)
        if (path_.has_unknown && path_.unknown[(*templates)[picks.spans[i] - first]] != 0)
            picks.out[i] = unknown;
    for (const PathColumns::Column& column : path_.columns)
        TRY(read_column(picks, *templates, column));
    return {};
}

Result<void> PickedTexts::read_column(const Picks& picks,
                                      const std::vector<std::uint32_t>& templates,
                                      const PathColumns::Column& of) {
    const ColumnHead& head = group_.head().columns[of.index];
    if (head.values[picks.block] == 0) return {};
    const BlockPlace place = place_of(head, picks.block);
    const std::uint8_t* const has_value = of.templates.data();
    const std::uint32_t first = group_.layout().block_first[picks.block];
    std::uint32_t span = 0;
    std::size_t row = place.first;  // of the span's value in the chunk, if it has one
    for (std::size_t i = 0; i < picks.spans.size(); ++i) {
        for (; span < picks.spans[i] - first; ++span) row += has_value[templates[span]];
        if (has_value[templates[span]] == 0) continue;
        if (row == place.first + head.values[picks.block])
            return group_.damaged("a value is missing");
        const std::uint32_t number = TRY(number_at(of, place.chunk, row));
        picks.out[i] |= number;
    }
    return {};
}

Result<std::uint32_t> PickedTexts::number_at(const PathColumns::Column& of, std::size_t chunk,
                                             std::size_t row) {
    if (of.kind == GroupColumn::text) return text_number_at(of.index, chunk, row);
    if (of.kind == GroupColumn::number) return unknown;
    const auto literals = TRY(group_.codes(of.index, chunk));
    if (row >= literals->rows()) return group_.damaged("a value is missing");
    const std::int64_t literal = literals->value(row);
    return literal == literal_false || literal == literal_true ? unknown : none;
}

Result<std::uint32_t> PickedTexts::text_number_at(std::size_t column, std::size_t chunk,
                                                  std::size_t row) {
    if (open_.column != column || open_.chunk != chunk) {
        open_.texts = TRY(group_.texts(column, chunk));
        open_.numbers.assign(open_.texts->distinct(), none);
        open_.column = column;
        open_.chunk = chunk;
    }
    if (row >= open_.texts->rows()) return group_.damaged("a value is missing");
    if (open_.numbers.empty()) return number_of(open_.texts->value(row, scratch_));
    const std::uint16_t code = open_.texts->code(row);
    if (open_.numbers[code] == none) open_.numbers[code] = number_of(open_.texts->entry(code));
    return open_.numbers[code];
}

std::uint32_t PickedTexts::number_of(std::string_view text) {
    if (text.empty()) return none;
    if (equal_ == Equal::one_number)
        if (const auto found = known_.find(text); found != known_.end()) return found->second;
    const auto number = static_cast<std::uint32_t>(texts_.size());
    texts_.push_back(arena_.copy(text));
    if (equal_ == Equal::one_number) known_.emplace(texts_.back(), number);
    return number;
}

}  // namespace tomograph
