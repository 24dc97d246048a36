#include "wire/otlp/metrics_request.h"

#include <fmt/format.h>

#include "wire/limits.h"
#include "wire/otlp/message_budget.h"
#include "wire/otlp/wire_reader.h"

namespace tomograph {
namespace {

constexpr std::uint32_t as_double_tag = 4;
constexpr std::uint32_t as_int_tag = 6;

void read_exemplar(std::string_view message, WireExemplar& exemplar) {
    WireReader reader(message);
    while (reader.next()) {
        switch (reader.tag()) {
            case 2:
                exemplar.time_ns = reader.fixed64();
                break;
            case 3:
                exemplar.value = reader.real();
                break;
            case 4:
                exemplar.span_id = reader.view();
                break;
            case 5:
                exemplar.trace_id = reader.view();
                break;
            case 6:
                exemplar.value = static_cast<double>(reader.sfixed64());
                break;
            default:
                reader.skip();
        }
    }
}

void read_number_point(std::string_view message, WireDataPoint& point) {
    WireReader reader(message);
    while (reader.next()) {
        switch (reader.tag()) {
            case 2:
                point.start_ns = reader.fixed64();
                break;
            case 3:
                point.time_ns = reader.fixed64();
                break;
            case as_double_tag:
                point.value = reader.real();
                break;
            case 5:
                read_exemplar(reader.view(), point.exemplars.emplace_back());
                break;
            case as_int_tag:
                point.value = static_cast<double>(reader.sfixed64());
                break;
            case 7:
                point.attributes.read(reader.view());
                break;
            case 8:
                point.flags = reader.uint32();
                break;
            default:
                reader.skip();
        }
    }
}

void read_histogram_point(std::string_view message, WireDataPoint& point) {
    WireReader reader(message);
    while (reader.next()) {
        switch (reader.tag()) {
            case 2:
                point.start_ns = reader.fixed64();
                break;
            case 3:
                point.time_ns = reader.fixed64();
                break;
            case 4:
                point.count = reader.fixed64();
                break;
            case 5:
                point.sum = reader.real();
                break;
            case 6:
                reader.each_fixed64([&](std::uint64_t n) { point.bucket_counts.push_back(n); });
                break;
            case 7:
                reader.each_real([&](double bound) { point.bounds.push_back(bound); });
                break;
            case 8:
                read_exemplar(reader.view(), point.exemplars.emplace_back());
                break;
            case 9:
                point.attributes.read(reader.view());
                break;
            case 10:
                point.flags = reader.uint32();
                break;
            case 11:
                point.min = reader.real();
                break;
            case 12:
                point.max = reader.real();
                break;
            default:
                reader.skip();
        }
    }
}

void read_buckets(std::string_view message, WireBuckets& buckets) {
    WireReader reader(message);
    while (reader.next()) {
        if (reader.tag() == 1)
            buckets.offset = reader.sint32();
        else if (reader.tag() == 2)
            reader.each_uint64([&](std::uint64_t n) { buckets.counts.push_back(n); });
        else
            reader.skip();
    }
}

void read_exponential_point(std::string_view message, WireDataPoint& point) {
    WireReader reader(message);
    while (reader.next()) {
        switch (reader.tag()) {
            case 1:
                point.attributes.read(reader.view());
                break;
            case 2:
                point.start_ns = reader.fixed64();
                break;
            case 3:
                point.time_ns = reader.fixed64();
                break;
            case 4:
                point.count = reader.fixed64();
                break;
            case 5:
                point.sum = reader.real();
                break;
            case 6:
                point.scale = reader.sint32();
                break;
            case 7:
                point.zero_count = reader.fixed64();
                break;
            case 8:
                read_buckets(reader.view(), point.positive);
                break;
            case 9:
                read_buckets(reader.view(), point.negative);
                break;
            case 10:
                point.flags = reader.uint32();
                break;
            case 11:
                read_exemplar(reader.view(), point.exemplars.emplace_back());
                break;
            case 12:
                point.min = reader.real();
                break;
            case 13:
                point.max = reader.real();
                break;
            case 14:
                point.zero_threshold = reader.real();
                break;
            default:
                reader.skip();
        }
    }
}

void read_summary_point(std::string_view message, WireDataPoint& point) {
    WireReader reader(message);
    while (reader.next()) {
        switch (reader.tag()) {
            case 2:
                point.start_ns = reader.fixed64();
                break;
            case 3:
                point.time_ns = reader.fixed64();
                break;
            case 4:
                point.count = reader.fixed64();
                break;
            case 5:
                point.sum = reader.real();
                break;
            case 6: {
                WireQuantile& quantile = point.quantiles.emplace_back();
                for (WireReader inner(reader.view()); inner.next();) {
                    if (inner.tag() == 1)
                        quantile.quantile = inner.real();
                    else if (inner.tag() == 2)
                        quantile.value = inner.real();
                    else
                        inner.skip();
                }
                break;
            }
            case 7:
                point.attributes.read(reader.view());
                break;
            case 8:
                point.flags = reader.uint32();
                break;
            default:
                reader.skip();
        }
    }
}

void read_point(WireMetricKind kind, std::string_view message, WireDataPoint& point) {
    point.is_oversized = message.size() > otlp_span_bytes_max;
    if (point.is_oversized) return;
    switch (kind) {
        case WireMetricKind::gauge:
        case WireMetricKind::sum:
            return read_number_point(message, point);
        case WireMetricKind::histogram:
            return read_histogram_point(message, point);
        case WireMetricKind::exponential_histogram:
            return read_exponential_point(message, point);
        case WireMetricKind::summary:
            return read_summary_point(message, point);
        case WireMetricKind::none:
            return;
    }
}

WireMetricKind kind_of(std::uint32_t tag) {
    switch (tag) {
        case 5:
            return WireMetricKind::gauge;
        case 7:
            return WireMetricKind::sum;
        case 9:
            return WireMetricKind::histogram;
        case 10:
            return WireMetricKind::exponential_histogram;
        case 11:
            return WireMetricKind::summary;
        default:
            return WireMetricKind::none;
    }
}

struct MetricData {
    WireMetric metric;
    std::string_view points;  ///< the message of a Gauge, a Sum, …
};

MetricData read_metric_head(std::string_view message) {
    MetricData read;
    WireMetric& metric = read.metric;
    for (WireReader reader(message); reader.next();) {
        const WireMetricKind kind = kind_of(reader.tag());
        if (kind != WireMetricKind::none) {
            metric.kind = kind;
            read.points = reader.view();
        } else if (reader.tag() == 1) {
            metric.name = reader.view();
        } else if (reader.tag() == 2) {
            metric.description = reader.view();
        } else if (reader.tag() == 3) {
            metric.unit = reader.view();
        } else {
            reader.skip();
        }
    }
    // Temporality may stand behind the points.
    for (WireReader reader(read.points); reader.next();) {
        if (reader.tag() == 2) {
            const std::uint32_t temporality = reader.uint32();
            metric.temporality = temporality == 1   ? WireTemporality::delta
                                 : temporality == 2 ? WireTemporality::cumulative
                                                    : WireTemporality::unspecified;
        } else if (reader.tag() == 3) {
            metric.is_monotonic = reader.boolean();
        } else {
            reader.skip();
        }
    }
    return read;
}

class RequestReader {
 public:
    explicit RequestReader(MetricsRequestSink& sink) : sink_(sink) {}

    Result<void> read(std::string_view bytes) {
        for (WireReader reader(bytes); !budget_.is_spent() && reader.next();) {
            if (reader.tag() == 1)
                read_resource_metrics(reader.view());
            else
                reader.skip();
        }
        return budget_.verdict();
    }

 private:
    void read_resource_metrics(std::string_view message) {
        budget_.spend();
        const WireResource resource = read_resource_of(message);
        sink_.resource(resource);
        for (WireReader reader(message); !budget_.is_spent() && reader.next();) {
            if (reader.tag() == 2)
                read_scope_metrics(reader.view());
            else
                reader.skip();
        }
    }

    void read_scope_metrics(std::string_view message) {
        budget_.spend();
        const WireScope scope = read_scope_of(message);
        sink_.scope(scope);
        for (WireReader reader(message); !budget_.is_spent() && reader.next();) {
            if (reader.tag() == 2)
                read_metric(reader.view());
            else
                reader.skip();
        }
    }

    void read_metric(std::string_view message) {
        budget_.spend();
        const auto [metric, points] = read_metric_head(message);
        bool has_points = false;
        for (WireReader reader(points); !budget_.is_spent() && reader.next();) {
            if (reader.tag() != 1) {
                reader.skip();
                continue;
            }
            budget_.spend();
            WireDataPoint point;
            read_point(metric.kind, reader.view(), point);
            sink_.point(metric, point);
            has_points = true;
        }
        if (!has_points) sink_.empty(metric);
    }

    MetricsRequestSink& sink_;
    MessageBudget budget_;
};

}  // namespace

Result<void> read_metrics_request(std::string_view message, MetricsRequestSink& sink) {
    try {
        return RequestReader(sink).read(message);
    } catch (const protozero::exception& broken) {
        return Error(ErrorCode::invalid,
                     fmt::format("not an ExportMetricsServiceRequest: {}", broken.what()));
    }
}

}  // namespace tomograph
