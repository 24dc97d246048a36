#include "store/metrics/text_table.h"

#include <bit>

#include "store/metrics/limits.h"

namespace tomograph {
namespace {

Error damaged() { return Error(ErrorCode::corrupt, "the labels of metrics are damaged"); }

}  // namespace

std::uint64_t TextTable::number(std::string_view text) {
    const auto [place, is_new] = numbers_.try_emplace(text, texts_.size());
    if (is_new) texts_.push_back(text);
    return place->second;
}

void TextTable::put(ByteWriter& out) const {
    out.varint(texts_.size());
    for (const std::string_view text : texts_) out.text(text);
}

Result<std::vector<std::string_view>> take_texts(ByteReader& reader) {
    const std::uint64_t count = reader.varint();
    if (count > reader.remaining() || count > metric_texts_max) return damaged();
    std::vector<std::string_view> texts;
    texts.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) texts.push_back(reader.text());
    if (reader.failed()) return damaged();
    return texts;
}

void put_labels(const LabelSet& labels, TextTable& texts, ByteWriter& out) {
    out.varint(labels.size());
    for (const auto& [name, value] : labels) {
        out.varint(texts.number(name));
        out.varint(texts.number(value));
    }
}

Result<LabelSet> take_labels(const std::vector<std::string_view>& texts, ByteReader& reader) {
    const std::uint64_t count = reader.varint();
    if (count > metric_labels_max) return damaged();
    std::vector<Label> labels;
    labels.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t name = reader.varint();
        const std::uint64_t value = reader.varint();
        if (name >= texts.size() || value >= texts.size()) return damaged();
        labels.emplace_back(texts[name], texts[value]);
    }
    return LabelSet(std::move(labels));
}

void put_exemplar(const MetricExemplar& exemplar, ByteWriter& out) {
    out.signed_varint(exemplar.at_ms);
    out.fixed(std::bit_cast<std::uint64_t>(exemplar.value));
    out.fixed(exemplar.trace_id.high);
    out.fixed(exemplar.trace_id.low);
    out.fixed(exemplar.span_id.value);
}

MetricExemplar take_exemplar(ByteReader& reader) {
    MetricExemplar exemplar;
    exemplar.at_ms = reader.signed_varint();
    exemplar.value = std::bit_cast<double>(reader.fixed<std::uint64_t>());
    exemplar.trace_id.high = reader.fixed<std::uint64_t>();
    exemplar.trace_id.low = reader.fixed<std::uint64_t>();
    exemplar.span_id.value = reader.fixed<std::uint64_t>();
    return exemplar;
}

}  // namespace tomograph
