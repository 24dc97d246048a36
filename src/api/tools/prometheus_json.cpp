#include "api/tools/prometheus_json.h"

#include <fmt/format.h>

#include <cmath>

namespace tomograph {
namespace {

using promql::ValueType;

std::string value_text(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    return fmt::format("{}", value);
}

/// `[1435781430.781,"1"]`
void append_sample(std::int64_t at_ms, double value, std::string& out) {
    const std::int64_t rest = at_ms % 1000;
    if (rest == 0)
        out += fmt::format("[{},\"{}\"]", at_ms / 1000, value_text(value));
    else
        out += fmt::format("[{:.3f},\"{}\"]", static_cast<double>(at_ms) / 1000, value_text(value));
}

void append_metric(const LabelSet& labels, std::string_view member, std::string& out) {
    if (out.back() != '[') out += ',';
    out += R"({"metric":)";
    out += prometheus_labels(labels);
    out += fmt::format(",\"{}\":", member);
}

void append_steps(const std::vector<double>& values, const promql::Steps& steps, std::string& out) {
    out += '[';
    for (std::size_t step = 0; step < values.size(); ++step) {
        if (promql::is_stale(values[step])) continue;
        if (out.back() != '[') out += ',';
        append_sample(steps.at(step), values[step], out);
    }
    out += "]}";
}

std::string matrix(const promql::Value& value, const promql::Steps& steps) {
    std::string out = R"({"resultType":"matrix","result":[)";
    if (value.type == ValueType::scalar) {
        append_metric({}, "values", out);
        append_steps(value.scalars, steps, out);
    }
    for (const auto& series : value.vector) {
        append_metric(series.labels, "values", out);
        append_steps(series.values, steps, out);
    }
    for (const auto& series : value.ranges) {
        append_metric(series.labels, "values", out);
        out += '[';
        for (const auto& sample : series.samples) {
            if (out.back() != '[') out += ',';
            append_sample(sample.at_ms, sample.value, out);
        }
        out += "]}";
    }
    return out + "]}";
}

std::string instant(const promql::Value& value, const promql::Steps& steps) {
    std::string out;
    switch (value.type) {
        case ValueType::scalar:
            out = R"({"resultType":"scalar","result":)";
            append_sample(steps.start_ms, value.scalars[0], out);
            return out + "}";
        case ValueType::text: {
            JsonText json;
            json.open();
            json.text("resultType", "string");
            json.open_list("result");
            json.element("\x01");
            json.element(value.text);
            json.close_list();
            json.close();
            // The moment stands before the text, as a number.
            out = std::move(json).take();
            constexpr std::string_view place = R"("\u0001")";
            out.replace(out.find(place), place.size(),
                        fmt::format("{:.3f}", static_cast<double>(steps.start_ms) / 1000));
            return out;
        }
        case ValueType::range:
            return matrix(value, steps);
        case ValueType::vector:
            break;
    }
    out = R"({"resultType":"vector","result":[)";
    for (const auto& series : value.vector) {
        if (!series.has(0)) continue;
        append_metric(series.labels, "value", out);
        append_sample(steps.start_ms, series.values[0], out);
        out += '}';
    }
    return out + "]}";
}

}  // namespace

std::string prometheus_success(std::string_view data) {
    return fmt::format(R"({{"status":"success","data":{}}})", data);
}

std::string prometheus_labels(const LabelSet& labels) {
    JsonText json;
    json.open();
    for (const auto& [name, value] : labels) json.text(name, value);
    json.close();
    return std::move(json).take();
}

std::string prometheus_exemplars(const std::vector<MetricSeries>& series) {
    std::string out = "[";
    for (const MetricSeries& each : series) {
        if (out.size() > 1) out += ',';
        out += R"({"seriesLabels":)" + prometheus_labels(each.labels) + R"(,"exemplars":[)";
        for (const MetricExemplar& exemplar : each.exemplars) {
            if (out.back() != '[') out += ',';
            out += fmt::format(
                R"({{"labels":{{"trace_id":"{}","span_id":"{}"}},"value":"{}","timestamp":{:.3f}}})",
                to_hex(exemplar.trace_id), to_hex(exemplar.span_id), value_text(exemplar.value),
                static_cast<double>(exemplar.at_ms) / 1000);
        }
        out += "]}";
    }
    return out + "]";
}

std::string prometheus_result(const promql::Value& value, const promql::Steps& steps,
                              bool is_range) {
    return is_range ? matrix(value, steps) : instant(value, steps);
}

}  // namespace tomograph
