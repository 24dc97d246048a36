#include "store/metrics/record.h"

#include <bit>

#include "base/bytes.h"
#include "store/metrics/limits.h"
#include "store/metrics/text_table.h"
#include "store/part/arithmetic.h"

namespace tomograph {
namespace {

constexpr std::uint8_t form = 1;

Error damaged() { return Error(ErrorCode::corrupt, "a record of metrics is damaged"); }

void put_series(const MetricSeries& series, TextTable& texts, ByteWriter& out) {
    put_labels(series.labels, texts, out);
    out.varint(series.points.size());
    std::int64_t before = 0;
    for (const MetricPoint& point : series.points) {
        out.signed_varint(wrapping_difference(point.at_ms, before));
        out.fixed(std::bit_cast<std::uint64_t>(point.value));
        before = point.at_ms;
    }
    out.varint(series.exemplars.size());
    for (const MetricExemplar& exemplar : series.exemplars) put_exemplar(exemplar, out);
}

Result<MetricSeries> take_series(const std::vector<std::string_view>& texts, ByteReader& reader) {
    MetricSeries series;
    series.labels = TRY(take_labels(texts, reader));
    const std::uint64_t points = reader.varint();
    constexpr std::size_t point_bytes_min = 9;
    if (points > reader.remaining() / point_bytes_min) return damaged();
    series.points.reserve(points);
    std::uint64_t at = 0;  // unsigned: damaged differences may wrap around
    for (std::uint64_t i = 0; i < points; ++i) {
        at += static_cast<std::uint64_t>(reader.signed_varint());
        series.points.push_back(
            {static_cast<std::int64_t>(at), std::bit_cast<double>(reader.fixed<std::uint64_t>())});
    }
    const std::uint64_t exemplars = reader.varint();
    if (exemplars > reader.remaining()) return damaged();
    for (std::uint64_t i = 0; i < exemplars && !reader.failed(); ++i)
        series.exemplars.push_back(take_exemplar(reader));
    return series;
}

}  // namespace

std::string encode_metric_record(const MetricBatch& batch) {
    std::string body;
    ByteWriter writer(body);
    TextTable texts;
    writer.varint(batch.families.size());
    for (const MetricFamily& each : batch.families)
        for (const std::string* text :
             {&each.name, &each.original_name, &each.type, &each.unit, &each.help})
            writer.varint(texts.number(*text));
    writer.varint(batch.series.size());
    for (const MetricSeries& each : batch.series) put_series(each, texts, writer);
    std::string out;
    ByteWriter whole(out);
    whole.fixed(form);
    texts.put(whole);
    whole.raw(body);
    return out;
}

Result<MetricBatch> decode_metric_record(std::string_view bytes) {
    ByteReader reader(bytes);
    if (reader.fixed<std::uint8_t>() != form)
        return Error(ErrorCode::invalid, "a record of metrics is of a newer program");
    const auto texts = TRY(take_texts(reader));
    MetricBatch batch;
    const std::uint64_t families = reader.varint();
    if (families > reader.remaining()) return damaged();
    for (std::uint64_t i = 0; i < families; ++i) {
        MetricFamily family;
        for (std::string* text :
             {&family.name, &family.original_name, &family.type, &family.unit, &family.help}) {
            const std::uint64_t number = reader.varint();
            if (number >= texts.size()) return damaged();
            *text = texts[number];
        }
        batch.families.push_back(std::move(family));
    }
    const std::uint64_t series = reader.varint();
    if (series > reader.remaining()) return damaged();
    for (std::uint64_t i = 0; i < series && !reader.failed(); ++i) {
        auto next = TRY(take_series(texts, reader));
        batch.series.push_back(std::move(next));
    }
    if (reader.failed() || reader.remaining() > 0) return damaged();
    return batch;
}

}  // namespace tomograph
