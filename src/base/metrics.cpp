#include "base/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "base/assert.h"

namespace tomograph {
namespace {

bool is_name(std::string_view text, bool colon_allowed) {
    if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return false;
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || (c == ':' && colon_allowed);
    });
}

/// Backslash and line feed everywhere, the quote in label values only: the format's own rule.
std::string escape(std::string_view text, bool quoted) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') {
            out += "\\n";
        } else {
            if (c == '\\' || (c == '"' && quoted)) out += '\\';
            out += c;
        }
    }
    return out;
}

/// `a="1",b="2"`, by key: both the identity of a metric in its family and what is printed.
std::string to_text(Labels labels) {
    std::sort(labels.begin(), labels.end());
    std::string out;
    for (const auto& [key, value] : labels) {
        ASSERT(is_name(key, false));
        if (!out.empty()) out += ',';
        out += fmt::format("{}=\"{}\"", key, escape(value, true));
    }
    return out;
}

std::string to_text(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    return fmt::format("{}", value);
}

/// One name with one set of labels; exactly one of the four is set.
struct Metric {
    std::string labels;
    std::optional<Counter> counter;
    std::optional<Gauge> gauge;
    std::optional<Histogram> histogram;
    std::shared_ptr<const std::function<double()>> read;
};

/// What a scrape needs of a Metric, taken under the lock, printed without it.
struct Sample {
    const Metric* metric;
    std::shared_ptr<const std::function<double()>> read;
};

void print_line(std::string& out, std::string_view name, std::string_view labels,
                std::string_view value) {
    out += name;
    if (!labels.empty()) out.append("{").append(labels).append("}");
    out.append(" ").append(value).append("\n");
}

void print_histogram(std::string& out, const std::string& name, const std::string& labels,
                     const Histogram& histogram) {
    const std::string prefix = labels.empty() ? "" : labels + ",";
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= histogram.bounds().size(); ++i) {
        count += histogram.bucket(i);
        const std::string bound =
            i < histogram.bounds().size() ? to_text(histogram.bounds()[i]) : std::string("+Inf");
        print_line(out, name + "_bucket", fmt::format("{}le=\"{}\"", prefix, bound),
                   std::to_string(count));
    }
    print_line(out, name + "_sum", labels, to_text(histogram.sum()));
    print_line(out, name + "_count", labels, std::to_string(count));
}

void print_sample(std::string& out, const std::string& name, const Sample& sample) {
    const Metric& metric = *sample.metric;
    if (metric.counter)
        print_line(out, name, metric.labels, std::to_string(metric.counter->value()));
    if (metric.gauge) print_line(out, name, metric.labels, to_text(metric.gauge->value()));
    if (metric.histogram) print_histogram(out, name, metric.labels, *metric.histogram);
    if (sample.read) print_line(out, name, metric.labels, to_text((*sample.read)()));
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), buckets_(bounds_.size() + 1) {
    ASSERT(std::is_sorted(bounds_.begin(), bounds_.end()));
}

void Histogram::observe(double value, std::uint64_t times) {
    const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
    buckets_[static_cast<std::size_t>(at)].fetch_add(times, std::memory_order_relaxed);
    sum_.fetch_add(value * static_cast<double>(times), std::memory_order_relaxed);
}

std::vector<double> latency_bounds_seconds() {
    return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
            0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30};
}

struct MetricsRegistry::Family {
    std::string name;
    std::string help;
    std::string type;
    std::deque<Metric> metrics;

    Metric& with(Labels labels) {
        std::string text = to_text(std::move(labels));
        for (Metric& metric : metrics)
            if (metric.labels == text) return metric;
        metrics.emplace_back().labels = std::move(text);
        return metrics.back();
    }
};

MetricsRegistry::MetricsRegistry() = default;
MetricsRegistry::~MetricsRegistry() = default;

MetricsRegistry::Family& MetricsRegistry::family(std::string_view name, std::string_view help,
                                                 std::string_view type) {
    for (Family& family : families_) {
        if (family.name != name) continue;
        ASSERT(family.type == type);
        return family;
    }
    ASSERT(is_name(name, true));
    families_.push_back({std::string(name), std::string(help), std::string(type), {}});
    return families_.back();
}

Counter& MetricsRegistry::counter(std::string_view name, std::string_view help, Labels labels) {
    const std::lock_guard lock(mutex_);
    Metric& metric = family(name, help, "counter").with(std::move(labels));
    ASSERT(!metric.read);
    if (!metric.counter) metric.counter.emplace();
    return *metric.counter;
}

Gauge& MetricsRegistry::gauge(std::string_view name, std::string_view help, Labels labels) {
    const std::lock_guard lock(mutex_);
    Metric& metric = family(name, help, "gauge").with(std::move(labels));
    ASSERT(!metric.read);
    if (!metric.gauge) metric.gauge.emplace();
    return *metric.gauge;
}

Histogram& MetricsRegistry::histogram(std::string_view name, std::string_view help,
                                      std::vector<double> bounds, Labels labels) {
    const std::lock_guard lock(mutex_);
    Metric& metric = family(name, help, "histogram").with(std::move(labels));
    if (!metric.histogram) metric.histogram.emplace(std::move(bounds));
    return *metric.histogram;
}

void MetricsRegistry::callback(std::string_view name, std::string_view help,
                               std::function<double()> read, Labels labels) {
    const std::lock_guard lock(mutex_);
    const std::string_view type = name.ends_with("_total") ? "counter" : "gauge";
    Metric& metric = family(name, help, type).with(std::move(labels));
    ASSERT(!metric.counter && !metric.gauge);
    metric.read = std::make_shared<const std::function<double()>>(std::move(read));
}

std::string MetricsRegistry::to_prometheus_text() const {
    // Callbacks run without our lock: they may take locks of their own whose holders ask us for
    // metrics.
    std::vector<std::pair<const Family*, std::vector<Sample>>> families;
    {
        const std::lock_guard lock(mutex_);
        for (const Family& family : families_) {
            auto& samples = families.emplace_back(&family, std::vector<Sample>()).second;
            for (const Metric& metric : family.metrics) samples.push_back({&metric, metric.read});
        }
    }
    std::sort(families.begin(), families.end(),
              [](const auto& a, const auto& b) { return a.first->name < b.first->name; });

    std::string out;
    for (auto& [family, samples] : families) {
        std::sort(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) {
            return a.metric->labels < b.metric->labels;
        });
        out += fmt::format("# HELP {} {}\n", family->name, escape(family->help, false));
        out += fmt::format("# TYPE {} {}\n", family->name, family->type);
        for (const Sample& sample : samples) print_sample(out, family->name, sample);
    }
    return out;
}

}  // namespace tomograph
