#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tomograph {

/// Only goes up.
class Counter {
 public:
    void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
    std::atomic<std::uint64_t> value_{0};
};

/// Goes both ways.
class Gauge {
 public:
    void set(double value) { value_.store(value, std::memory_order_relaxed); }
    double value() const { return value_.load(std::memory_order_relaxed); }

 private:
    std::atomic<double> value_{0};
};

/// Counts of observed values, in seconds or bytes, below fixed bounds.
class Histogram {
 public:
    explicit Histogram(std::vector<double> bounds);
    void observe(double value, std::uint64_t times = 1);

    const std::vector<double>& bounds() const { return bounds_; }
    std::uint64_t bucket(std::size_t i) const {
        return buckets_[i].load(std::memory_order_relaxed);
    }
    double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
    std::vector<double> bounds_;
    std::deque<std::atomic<std::uint64_t>> buckets_;  // one more than bounds: above the last
    std::atomic<double> sum_{0};
};

/// Buckets for latencies: 100 us to 30 s.
std::vector<double> latency_bounds_seconds();

using Labels = std::vector<std::pair<std::string, std::string>>;

/// Every metric of one process, named `tomograph_<floor>_<noun>_<unit>[_total]`. The references
/// stay valid as long as the registry. Labels are bounded sets only, never an id. Asking again for
/// the same name and labels gives the same metric. Threads: any.
class MetricsRegistry {
 public:
    MetricsRegistry();
    ~MetricsRegistry();
    MetricsRegistry(const MetricsRegistry&) = delete;
    MetricsRegistry& operator=(const MetricsRegistry&) = delete;

    Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
    Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
    Histogram& histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                         Labels labels = {});
    /// A gauge (or counter) read at each scrape. `read` must stay callable as long as the registry.
    void callback(std::string_view name, std::string_view help, std::function<double()> read,
                  Labels labels = {});

    /// Prometheus text exposition format 0.0.4, sorted by name.
    std::string to_prometheus_text() const;

 private:
    struct Family;
    Family& family(std::string_view name, std::string_view help, std::string_view type);

    mutable std::mutex mutex_;
    std::deque<Family> families_;
};

}  // namespace tomograph
