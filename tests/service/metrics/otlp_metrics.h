#pragma once

#include <protozero/pbf_writer.hpp>
#include <string>
#include <utility>
#include <vector>

namespace tomograph::testing {

// Builds ExportMetricsServiceRequests, field by field (otlp.md §2).

using Attributes = std::vector<std::pair<std::string, std::string>>;

inline void put_attributes(protozero::pbf_writer& out, std::uint32_t tag,
                           const Attributes& attributes) {
    for (const auto& [key, value] : attributes) {
        protozero::pbf_writer pair(out, tag);
        pair.add_string(1, key);
        protozero::pbf_writer any(pair, 2);
        any.add_string(1, value);
    }
}

struct NumberSpec {
    std::uint64_t start_ms = 0;
    std::uint64_t at_ms = 0;
    double value = 0;
    Attributes attributes{};
    std::uint32_t flags = 0;
};

/// tag  5 gauge, 7 sum
inline std::string number_metric(const std::string& name, const std::string& unit,
                                 std::uint32_t tag, const std::vector<NumberSpec>& points,
                                 int temporality = 2, bool is_monotonic = true) {
    std::string bytes;
    protozero::pbf_writer metric(bytes);
    metric.add_string(1, name);
    metric.add_string(2, "help of " + name);
    metric.add_string(3, unit);
    protozero::pbf_writer data(metric, tag);
    for (const NumberSpec& each : points) {
        protozero::pbf_writer point(data, 1);
        if (each.start_ms > 0) point.add_fixed64(2, each.start_ms * 1'000'000);
        point.add_fixed64(3, each.at_ms * 1'000'000);
        point.add_double(4, each.value);
        put_attributes(point, 7, each.attributes);
        if (each.flags != 0) point.add_uint32(8, each.flags);
    }
    if (tag == 7) {
        data.add_enum(2, temporality);
        data.add_bool(3, is_monotonic);
    }
    return bytes;
}

struct HistogramSpec {
    std::uint64_t start_ms = 0;
    std::uint64_t at_ms = 0;
    std::vector<std::uint64_t> counts{};
    std::vector<double> bounds{};
    double sum = 0;
    bool has_exemplar = false;  ///< of 0.3, in trace 1…1
};

inline std::string histogram_metric(const std::string& name, const std::string& unit,
                                    const std::vector<HistogramSpec>& points, int temporality = 2) {
    std::string bytes;
    protozero::pbf_writer metric(bytes);
    metric.add_string(1, name);
    metric.add_string(3, unit);
    protozero::pbf_writer data(metric, 9);
    data.add_enum(2, temporality);
    for (const HistogramSpec& each : points) {
        protozero::pbf_writer point(data, 1);
        if (each.start_ms > 0) point.add_fixed64(2, each.start_ms * 1'000'000);
        point.add_fixed64(3, each.at_ms * 1'000'000);
        std::uint64_t count = 0;
        for (const std::uint64_t n : each.counts) count += n;
        point.add_fixed64(4, count);
        point.add_double(5, each.sum);
        point.add_packed_fixed64(6, each.counts.begin(), each.counts.end());
        point.add_packed_double(7, each.bounds.begin(), each.bounds.end());
        if (!each.has_exemplar) continue;
        protozero::pbf_writer exemplar(point, 8);
        exemplar.add_fixed64(2, each.at_ms * 1'000'000);
        exemplar.add_double(3, 0.3);
        exemplar.add_bytes(4, std::string(8, '\1'));
        exemplar.add_bytes(5, std::string(16, '\1'));
    }
    return bytes;
}

struct ExponentialSpec {
    std::uint64_t at_ms = 0;
    int scale = 0;
    std::uint64_t zero_count = 0;
    int positive_offset = 0;
    std::vector<std::uint64_t> positive{};
    int negative_offset = 0;
    std::vector<std::uint64_t> negative{};
};

inline std::string exponential_metric(const std::string& name, const ExponentialSpec& spec) {
    std::string bytes;
    protozero::pbf_writer metric(bytes);
    metric.add_string(1, name);
    protozero::pbf_writer data(metric, 10);
    data.add_enum(2, 2);
    protozero::pbf_writer point(data, 1);
    point.add_fixed64(3, spec.at_ms * 1'000'000);
    std::uint64_t count = spec.zero_count;
    for (const auto* counts : {&spec.positive, &spec.negative})
        for (const std::uint64_t n : *counts) count += n;
    point.add_fixed64(4, count);
    point.add_sint32(6, spec.scale);
    point.add_fixed64(7, spec.zero_count);
    for (const auto& [tag, offset, counts] :
         {std::tuple{8U, spec.positive_offset, &spec.positive},
          std::tuple{9U, spec.negative_offset, &spec.negative}}) {
        protozero::pbf_writer buckets(point, tag);
        buckets.add_sint32(1, offset);
        buckets.add_packed_uint64(2, counts->begin(), counts->end());
    }
    return bytes;
}

inline std::string summary_metric(const std::string& name, std::uint64_t at_ms, std::uint64_t count,
                                  double sum, const std::vector<std::pair<double, double>>& all) {
    std::string bytes;
    protozero::pbf_writer metric(bytes);
    metric.add_string(1, name);
    protozero::pbf_writer data(metric, 11);
    protozero::pbf_writer point(data, 1);
    point.add_fixed64(3, at_ms * 1'000'000);
    point.add_fixed64(4, count);
    point.add_double(5, sum);
    for (const auto& [quantile, value] : all) {
        protozero::pbf_writer each(point, 6);
        each.add_double(1, quantile);
        each.add_double(2, value);
    }
    return bytes;
}

/// One resource with one scope, "lib".
inline std::string metrics_request(const Attributes& resource,
                                   const std::vector<std::string>& metrics) {
    std::string bytes;
    protozero::pbf_writer request(bytes);
    protozero::pbf_writer of_resource(request, 1);
    {
        protozero::pbf_writer message(of_resource, 1);
        put_attributes(message, 1, resource);
    }
    protozero::pbf_writer of_scope(of_resource, 2);
    {
        protozero::pbf_writer message(of_scope, 1);
        message.add_string(1, "lib");
    }
    for (const std::string& metric : metrics) of_scope.add_message(2, metric);
    return bytes;
}

}  // namespace tomograph::testing
