#include "service/metrics/series_of_point.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "service/limits.h"
#include "wire/json/utf8.h"
#include "wire/otlp/prometheus_names.h"

namespace tomograph {
namespace {

/// Attributes of a resource by which its series are joined with spans, or told apart where nobody
/// set service.instance.id; all others are in target_info only.
constexpr std::array<std::string_view, 9> promoted = {
    "container.id",       "container.name",     "host.name",
    "k8s.pod.name",       "k8s.namespace.name", "k8s.node.name",
    "k8s.container.name", "aws.ecs.task.arn",   "aws.ecs.cluster.name"};
constexpr std::int32_t scale_max = 2;

std::string text_of(const WireValue& value) {
    switch (value.kind) {
        case WireValue::Kind::text:
            return to_utf8(value.text);
        case WireValue::Kind::boolean:
            return value.boolean ? "true" : "false";
        case WireValue::Kind::integer:
            return std::to_string(value.integer);
        case WireValue::Kind::number:
            return fmt::format("{}", value.number);
        case WireValue::Kind::none:
            return "";
        default:
            break;
    }
    std::string json;
    append_json(value, json);
    return json;
}

std::string find_text(const WireAttributes& attributes, std::string_view key) {
    for (const WireAttribute& each : attributes)
        if (each.key == key) return text_of(each.value);
    return "";
}

/// Keys that become the same name share the label, their values joined in the order of the keys.
void add_attributes(const WireAttributes& attributes, std::vector<Label>& labels) {
    std::map<std::string, std::map<std::string, std::string>> by_name;
    for (const WireAttribute& each : attributes)
        by_name[prometheus_label_name(to_utf8(each.key))][std::string(each.key)] =
            text_of(each.value);
    for (const auto& [name, values] : by_name) {
        std::string joined;
        for (const auto& [key, value] : values) {
            if (!joined.empty()) joined += ';';
            joined += value;
        }
        labels.emplace_back(name, std::move(joined));
    }
}

std::string bound_text(double bound) {
    if (std::isinf(bound)) return bound > 0 ? "+Inf" : "-Inf";
    return fmt::format("{}", bound);
}

class Values {
 public:
    Values(const std::string& name, std::vector<Label> labels, bool has_no_value)
        : name_(name), labels_(std::move(labels)), has_no_value_(has_no_value) {}

    void add(std::string_view suffix, double value, Counting counting, std::string_view label = {},
             std::string text = {}) {
        std::vector<Label> labels = labels_;
        labels.emplace_back(metric_name_label, name_ + std::string(suffix));
        if (!label.empty()) labels.emplace_back(label, std::move(text));
        out_.push_back({LabelSet(std::move(labels)), has_no_value_ ? no_value() : value, counting});
    }
    std::vector<PointValue> take() && { return std::move(out_); }

 private:
    const std::string& name_;
    std::vector<Label> labels_;
    bool has_no_value_;
    std::vector<PointValue> out_;
};

void add_totals(const WireDataPoint& point, Values& values) {
    values.add("_count", static_cast<double>(point.count), Counting::counter);
    // A sum of what may be negative goes both ways.
    if (point.sum)
        values.add("_sum", *point.sum, *point.sum >= 0 ? Counting::counter : Counting::sum);
    if (point.min) values.add("_min", *point.min, Counting::none);
    if (point.max) values.add("_max", *point.max, Counting::none);
}

void add_buckets(const WireDataPoint& point, Values& values) {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < point.bounds.size(); ++i) {
        below += i < point.bucket_counts.size() ? point.bucket_counts[i] : 0;
        values.add("_bucket", static_cast<double>(below), Counting::counter, "le",
                   bound_text(point.bounds[i]));
    }
    values.add("_bucket", static_cast<double>(point.count), Counting::counter, "le", "+Inf");
}

/// Counts by number of the bucket, at a scale of `shift` less.
std::map<std::int64_t, std::uint64_t> coarse(const WireBuckets& buckets, std::int32_t shift) {
    std::map<std::int64_t, std::uint64_t> counts;
    for (std::size_t i = 0; i < buckets.counts.size(); ++i) {
        if (buckets.counts[i] == 0) continue;
        const std::int64_t number = std::int64_t{buckets.offset} + static_cast<std::int64_t>(i);
        counts[number >> std::min(shift, 63)] += buckets.counts[i];
    }
    return counts;
}

void add_exponential_buckets(const WireDataPoint& point, Values& values) {
    const std::int32_t scale = std::min(point.scale, scale_max);
    const std::int32_t shift = point.scale - scale;
    const auto power = [&](std::int64_t number) {
        return std::exp2(std::ldexp(static_cast<double>(number), -scale));
    };
    std::map<double, std::uint64_t> below;  // by bound, cumulative
    std::uint64_t count = 0;
    // Bucket n holds (base^n, base^(n+1)], a negative one the mirror of it. Both of its bounds
    // stand there, so that a quantile is looked for in its own bucket.
    const auto negative = coarse(point.negative, shift);
    for (auto each = negative.rbegin(); each != negative.rend(); ++each) {
        below[-power(each->first + 1)] = count;
        below[-power(each->first)] = count += each->second;
    }
    if (point.zero_count > 0) below[point.zero_threshold] = count += point.zero_count;
    for (const auto& [number, its] : coarse(point.positive, shift)) {
        below[power(number)] = count;
        below[power(number + 1)] = count += its;
    }
    for (const auto& [bound, its] : below)
        if (std::isfinite(bound))
            values.add("_bucket", static_cast<double>(its), Counting::counter, "le",
                       bound_text(bound));
    values.add("_bucket", static_cast<double>(point.count), Counting::counter, "le", "+Inf");
}

}  // namespace

std::vector<Label> labels_of_resource(const WireResource& resource) {
    std::vector<Label> labels;
    const std::string name = find_text(resource.attributes, "service.name");
    const std::string space = find_text(resource.attributes, "service.namespace");
    if (!name.empty()) labels.emplace_back("job", space.empty() ? name : space + "/" + name);
    labels.emplace_back("instance", find_text(resource.attributes, "service.instance.id"));
    for (const std::string_view key : promoted)
        labels.emplace_back(prometheus_label_name(key), find_text(resource.attributes, key));
    return labels;
}

void add_scope_labels(const WireScope& scope, std::vector<Label>& labels) {
    labels.emplace_back("otel_scope_name", to_utf8(scope.name));
    labels.emplace_back("otel_scope_version", to_utf8(scope.version));
}

LabelSet target_info_labels(const WireResource& resource) {
    WireAttributes others;
    for (const WireAttribute& each : resource.attributes)
        if (each.key != "service.name" && each.key != "service.namespace" &&
            each.key != "service.instance.id")
            others.push_back(each);
    std::vector<Label> labels;
    add_attributes(others, labels);
    for (Label& label : labels_of_resource(resource)) labels.push_back(std::move(label));
    LabelSet set(std::move(labels));
    if (others.empty() || (set.get("job").empty() && set.get("instance").empty())) return {};
    set.set(metric_name_label, "target_info");
    return set;
}

std::string_view fault_of_point(const WireMetric& metric, const WireDataPoint& point) {
    using Kind = WireMetricKind;
    if (point.is_oversized) return "the point is too large";
    if (point.time_ns == 0) return "the point has no time";
    const bool is_number = metric.kind == Kind::gauge || metric.kind == Kind::sum;
    const bool has_temporality = metric.kind == Kind::sum || metric.kind == Kind::histogram ||
                                 metric.kind == Kind::exponential_histogram;
    if (has_temporality && metric.temporality == WireTemporality::unspecified)
        return "the metric has no temporality";
    if (point.has_no_value()) return "";
    if (is_number && !point.value) return "the point has no value";
    if (metric.kind == Kind::histogram) {
        if (!point.bucket_counts.empty() && point.bucket_counts.size() != point.bounds.size() + 1)
            return "there is not one bucket more than bounds";
        for (std::size_t i = 1; i < point.bounds.size(); ++i)
            if (!(point.bounds[i - 1] < point.bounds[i])) return "the bounds do not ascend";
        if (point.bounds.size() > metric_buckets_max) return "there are too many buckets";
    }
    if (metric.kind == Kind::exponential_histogram) {
        constexpr std::int32_t scale_bound = 20;
        if (point.scale > scale_bound || point.scale < -scale_bound)
            return "the scale is not between -20 and 20";
        if (point.positive.counts.size() > metric_buckets_max ||
            point.negative.counts.size() > metric_buckets_max)
            return "there are too many buckets";
    }
    if (point.quantiles.size() > metric_buckets_max) return "there are too many quantiles";
    if (point.attributes.size() > metric_attributes_max) return "there are too many attributes";
    return "";
}

std::vector<PointValue> values_of_point(const WireMetric& metric, const std::string& name,
                                        const WireDataPoint& point,
                                        const std::vector<Label>& shared) {
    std::vector<Label> labels;
    add_attributes(point.attributes, labels);
    // What the resource says cannot be said otherwise by a point.
    labels.insert(labels.end(), shared.begin(), shared.end());
    Values values(name, std::move(labels), point.has_no_value());
    switch (metric.kind) {
        case WireMetricKind::gauge:
            values.add("", point.value.value_or(0), Counting::none);
            break;
        case WireMetricKind::sum:
            values.add("", point.value.value_or(0),
                       metric.is_monotonic ? Counting::counter : Counting::sum);
            break;
        case WireMetricKind::histogram:
            add_totals(point, values);
            add_buckets(point, values);
            break;
        case WireMetricKind::exponential_histogram:
            add_totals(point, values);
            add_exponential_buckets(point, values);
            break;
        case WireMetricKind::summary:
            add_totals(point, values);
            for (const WireQuantile& each : point.quantiles)
                values.add("", each.value, Counting::none, "quantile", bound_text(each.quantile));
            break;
        case WireMetricKind::none:
            break;
    }
    return std::move(values).take();
}

std::string_view prometheus_type(const WireMetric& metric) {
    switch (metric.kind) {
        case WireMetricKind::gauge:
            return "gauge";
        case WireMetricKind::sum:
            return metric.is_monotonic ? "counter" : "gauge";
        case WireMetricKind::histogram:
        case WireMetricKind::exponential_histogram:
            return "histogram";
        case WireMetricKind::summary:
            return "summary";
        case WireMetricKind::none:
            break;
    }
    return "unknown";
}

}  // namespace tomograph
