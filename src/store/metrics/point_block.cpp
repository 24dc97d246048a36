#include "store/metrics/point_block.h"

#include <array>
#include <bit>
#include <cmath>
#include <map>

#include "base/bytes.h"
#include "column/int_chunk.h"
#include "store/metrics/limits.h"
#include "store/part/arithmetic.h"

namespace tomograph {
namespace {

constexpr std::int64_t form_bits = 255;
constexpr std::array<double, metric_digits_max + 1> powers = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
constexpr double mantissa_end = 9'007'199'254'740'992.0;  // 2^53

Error damaged() { return Error(ErrorCode::corrupt, "a block of points is damaged"); }

/// Whether the value is mantissa / 10^digits again, bit for bit.
bool is_decimal(double value, int digits, std::int64_t& mantissa) {
    const double scaled = std::round(value * powers[static_cast<std::size_t>(digits)]);
    if (!(std::abs(scaled) < mantissa_end)) return false;
    mantissa = static_cast<std::int64_t>(scaled);
    const double again = static_cast<double>(mantissa) / powers[static_cast<std::size_t>(digits)];
    return std::bit_cast<std::uint64_t>(again) == std::bit_cast<std::uint64_t>(value);
}

/// The fewest digits behind the point that the value has; above metric_digits_max: it is none.
int digits_of(double value) {
    std::int64_t mantissa = 0;
    int digits = 0;
    while (digits <= metric_digits_max && !is_decimal(value, digits, mantissa)) ++digits;
    return digits;
}

struct Run {
    std::uint64_t series;
    std::span<const MetricPoint> points;
    std::int64_t form;
};

/// Pieces of a series: decimals where they are, bits where single values are none.
void append_runs(const SeriesPoints& series, std::vector<Run>& runs) {
    const std::span<const MetricPoint> points = series.points;
    int digits_all = 0;
    std::size_t others = 0;
    std::vector<bool> is_other(points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        // Digits are tried on what the series has so far first: most values fit.
        std::int64_t mantissa = 0;
        if (is_decimal(points[i].value, digits_all, mantissa)) continue;
        const int digits = digits_of(points[i].value);
        if (digits <= metric_digits_max) {
            digits_all = std::max(digits_all, digits);
            // More digits for all may be too many for one that was seen before.
            for (std::size_t j = 0; j < i; ++j)
                if (!is_other[j] && !is_decimal(points[j].value, digits_all, mantissa)) {
                    is_other[j] = true;
                    ++others;
                }
            if (is_decimal(points[i].value, digits_all, mantissa)) continue;
        }
        is_other[i] = true;
        ++others;
        if (others * 8 > points.size()) break;
    }
    // Many that are no decimals: one run of bits is shorter than pieces.
    if (others * 8 > points.size()) {
        runs.push_back({series.series, points, form_bits});
        return;
    }
    for (std::size_t begin = 0; begin < points.size();) {
        std::size_t end = begin + 1;
        while (end < points.size() && is_other[end] == is_other[begin]) ++end;
        runs.push_back({series.series, points.subspan(begin, end - begin),
                        is_other[begin] ? form_bits : digits_all});
        begin = end;
    }
}

class IntsWriter {
 public:
    IntsWriter(std::string& out, column::EncodeOptions options) : out_(out), options_(options) {}

    void put(const std::vector<std::int64_t>& values) {
        std::string chunk;
        column::encode_ints(values, chunk, options_);
        ByteWriter(out_).text(chunk);
    }

 private:
    std::string& out_;
    column::EncodeOptions options_;
};

Result<std::vector<std::int64_t>> take_ints(ByteReader& reader, std::size_t rows) {
    const std::string_view chunk = reader.text();
    if (reader.failed()) return damaged();
    return column::decode_ints(chunk, rows);
}

struct Runs {
    std::vector<std::int64_t> series;
    std::vector<std::int64_t> axes;
    std::vector<std::int64_t> forms;
};

}  // namespace

std::string encode_point_block(std::span<const SeriesPoints> series,
                               column::EncodeOptions options) {
    std::vector<Run> runs;
    for (const SeriesPoints& each : series) append_runs(each, runs);
    Runs columns;
    std::map<std::vector<std::int64_t>, std::int64_t> axes;
    std::vector<std::int64_t> axis_points;
    std::vector<std::int64_t> moments;
    std::vector<std::int64_t> decimals;
    std::vector<std::int64_t> bits;
    std::uint64_t series_before = 0;
    for (const Run& run : runs) {
        columns.series.push_back(static_cast<std::int64_t>(run.series - series_before));
        series_before = run.series;
        std::vector<std::int64_t> axis;
        axis.reserve(run.points.size());
        for (const MetricPoint& point : run.points) axis.push_back(point.at_ms);
        const auto [place, is_new] =
            axes.try_emplace(std::move(axis), static_cast<std::int64_t>(axes.size()));
        columns.axes.push_back(place->second);
        if (is_new) {
            axis_points.push_back(static_cast<std::int64_t>(run.points.size()));
            std::int64_t before = 0;
            std::int64_t step = 0;
            for (std::size_t i = 0; i < run.points.size(); ++i) {
                const std::int64_t at = run.points[i].at_ms;
                const std::int64_t difference = wrapping_difference(at, before);
                moments.push_back(i < 2 ? difference : wrapping_difference(difference, step));
                step = difference;
                before = at;
            }
        }
        columns.forms.push_back(run.form);
        std::int64_t before = 0;
        for (const MetricPoint& point : run.points) {
            if (run.form == form_bits) {
                const auto value = std::bit_cast<std::int64_t>(point.value);
                bits.push_back(value ^ before);
                before = value;
                continue;
            }
            std::int64_t mantissa = 0;
            is_decimal(point.value, static_cast<int>(run.form), mantissa);
            decimals.push_back(wrapping_difference(mantissa, before));
            before = mantissa;
        }
    }
    std::string out;
    ByteWriter writer(out);
    IntsWriter ints(out, options);
    writer.varint(runs.size());
    ints.put(columns.series);
    ints.put(columns.axes);
    ints.put(columns.forms);
    writer.varint(axis_points.size());
    ints.put(axis_points);
    writer.varint(moments.size());
    ints.put(moments);
    writer.varint(decimals.size());
    ints.put(decimals);
    writer.varint(bits.size());
    ints.put(bits);
    return out;
}

namespace {

/// A count that a block may have.
Result<std::size_t> take_count(ByteReader& reader) {
    const std::uint64_t count = reader.varint();
    if (reader.failed() || count > metric_block_points) return damaged();
    return static_cast<std::size_t>(count);
}

/// The moments of each axis.
Result<std::vector<std::vector<std::int64_t>>> take_axes(ByteReader& reader) {
    const std::size_t count = TRY(take_count(reader));
    const auto points = TRY(take_ints(reader, count));
    const std::size_t rows = TRY(take_count(reader));
    const auto moments = TRY(take_ints(reader, rows));
    std::vector<std::vector<std::int64_t>> axes(count);
    std::size_t next = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (points[i] <= 0 || static_cast<std::uint64_t>(points[i]) > rows - next) return damaged();
        std::int64_t at = 0;
        std::int64_t step = 0;
        for (std::int64_t n = 0; n < points[i]; ++n) {
            const std::int64_t stored = moments[next++];
            step = n < 2 ? stored : wrapping_sum(step, stored);
            at = wrapping_sum(at, step);
            axes[i].push_back(at);
        }
    }
    if (next != rows) return damaged();
    return axes;
}

}  // namespace

Result<std::vector<SeriesPoints>> decode_point_block(std::string_view bytes) {
    ByteReader reader(bytes);
    const std::size_t count = TRY(take_count(reader));
    Runs runs;
    runs.series = TRY(take_ints(reader, count));
    runs.axes = TRY(take_ints(reader, count));
    runs.forms = TRY(take_ints(reader, count));
    const auto axes = TRY(take_axes(reader));
    const std::size_t decimal_count = TRY(take_count(reader));
    const auto decimals = TRY(take_ints(reader, decimal_count));
    const std::size_t bit_count = TRY(take_count(reader));
    const auto bits = TRY(take_ints(reader, bit_count));
    if (reader.remaining() > 0) return damaged();
    std::vector<SeriesPoints> out;
    std::size_t decimal = 0;
    std::size_t bit = 0;
    std::uint64_t series = 0;
    for (std::size_t run = 0; run < count; ++run) {
        series += static_cast<std::uint64_t>(runs.series[run]);
        const auto axis_number = static_cast<std::uint64_t>(runs.axes[run]);
        if (axis_number >= axes.size()) return damaged();
        const auto& axis = axes[axis_number];
        const bool is_bits = runs.forms[run] == form_bits;
        if (!is_bits && (runs.forms[run] < 0 || runs.forms[run] > metric_digits_max))
            return damaged();
        const std::size_t left = is_bits ? bit_count - bit : decimal_count - decimal;
        if (axis.size() > left) return damaged();
        if (out.empty() || out.back().series != series) out.push_back({series, {}});
        auto& points = out.back().points;
        points.reserve(points.size() + axis.size());
        std::int64_t before = 0;
        for (const std::int64_t at : axis) {
            if (is_bits) {
                before ^= bits[bit++];
                points.push_back({at, std::bit_cast<double>(before)});
            } else {
                before = wrapping_sum(before, decimals[decimal++]);
                points.push_back({at, static_cast<double>(before) /
                                          powers[static_cast<std::size_t>(runs.forms[run])]});
            }
        }
    }
    if (decimal != decimal_count || bit != bit_count) return damaged();
    return out;
}

}  // namespace tomograph
