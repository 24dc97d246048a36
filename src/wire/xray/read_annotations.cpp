#include <algorithm>
#include <charconv>
#include <numeric>
#include <tuple>

#include "wire/json/utf8.h"
#include "wire/xray/annotation_key.h"
#include "wire/xray/read_context.h"

namespace tomograph {
namespace {

constexpr std::size_t compared_pairwise_max = 16;

std::optional<double> as_double(std::string_view number) {
    double value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc{}) return {};  // beyond a double
    return value;
}

std::optional<AnnotationValue> read_value(ReadContext& context) {
    switch (context.json.kind()) {
        case JsonKind::string:
            return read_text(context, annotation_value_characters_max);
        case JsonKind::boolean:
            return context.json.take_boolean();
        case JsonKind::number:
            return as_double(context.json.take_number());
        default:
            context.json.skip();
            return {};
    }
}

/// Whether a key may stand twice; exact for the handful that real segments have.
bool may_repeat(const std::vector<ReadAnnotation>& annotations) {
    if (annotations.size() > compared_pairwise_max) return true;
    for (std::size_t i = 0; i < annotations.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (annotations[i].key == annotations[j].key) return true;
        }
    }
    return false;
}

/// Of each key only the last stays. Sorts, as a hostile document has 10,000 of them.
void keep_last_of_each_key(std::vector<ReadAnnotation>& annotations) {
    std::vector<std::size_t> order(annotations.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::tie(annotations[a].key, a) < std::tie(annotations[b].key, b);
    });
    for (std::size_t i = 0; i + 1 < order.size(); ++i) {
        ReadAnnotation& earlier = annotations[order[i]];
        if (earlier.key == annotations[order[i + 1]].key) earlier.key = {};
    }
    std::erase_if(annotations, [](const ReadAnnotation& each) { return each.key.empty(); });
}

}  // namespace

void read_annotations(ReadContext& context, Span& span, EntityFacts& facts) {
    auto& read = context.annotations;
    read.clear();
    facts.annotations_dropped = 0;
    context.json.members([&](std::string_view key) {
        if (!is_indexable_annotation_key(key)) {
            ++facts.annotations_dropped;
            return context.json.skip();
        }
        key = context.arena.copy(key);
        read.push_back({key, read_value(context)});
    });
    if (may_repeat(read)) keep_last_of_each_key(read);

    span.annotations.clear();
    span.annotations.reserve(read.size());
    for (const ReadAnnotation& each : read) {
        if (each.value) {
            span.annotations.push_back({each.key, *each.value});
        } else {
            ++facts.annotations_dropped;
        }
    }
}

}  // namespace tomograph
