#include "service/span_metrics/span_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/guarded.h"
#include "base/hash.h"
#include "service/limits.h"
#include "wire/json/utf8.h"

namespace tomograph {
namespace {

constexpr std::string_view other = "(other)";
/// Upper bounds in seconds, those of OpenTelemetry's span metrics.
constexpr std::array<double, 16> bounds = {0.002, 0.004, 0.006, 0.008, 0.01, 0.05, 0.1, 0.2,
                                           0.4,   0.8,   1,     1.4,   2,    5,    10,  15};

constexpr std::array<std::string_view, 5> kind_names = {"SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER",
                                                        "SPAN_KIND_CLIENT", "SPAN_KIND_PRODUCER",
                                                        "SPAN_KIND_CONSUMER"};
constexpr std::array<std::string_view, 4> outcome_names = {"ok", "error", "throttle", "fault"};

struct Exemplar {
    TraceId trace_id;
    SpanId span_id;
    double seconds = 0;
    Instant at;
};

struct Durations {
    std::array<std::uint64_t, bounds.size() + 1> buckets{};
    double sum = 0;
    std::optional<Exemplar> exemplar;  ///< the newest

    void add(const CountedSpan& span) {
        const double seconds = span.duration.as_seconds();
        const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), seconds);
        ++buckets[static_cast<std::size_t>(bucket - bounds.begin())];
        sum += seconds;
        exemplar = Exemplar{span.trace_id, span.span_id, seconds, span.end};
    }
    std::uint64_t count() const {
        std::uint64_t all = 0;
        for (const std::uint64_t each : buckets) all += each;
        return all;
    }
};

struct Call {
    Durations durations;
    std::uint64_t failed = 0;
};

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return hash64(text); }
};
template <class Value>
using ByText = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

/// All that one service did. A series is made when the first span of it comes.
struct Service {
    ByText<std::map<std::uint8_t, Durations>> operations;  ///< by kind and outcome
    ByText<Call> calls;                                    ///< by whom is called
};

/// What stands under the key, or will. Where there is no room for another one, under "(other)".
template <class Value>
Value& entry_of(ByText<Value>& map, std::string_view key, bool is_full, bool& is_folded) {
    const auto found = map.find(key);
    if (found != map.end()) return found->second;
    is_folded |= is_full;
    return map.try_emplace(std::string(is_full ? other : key)).first->second;
}

std::uint8_t slot_of(const CountedSpan& span) {
    return static_cast<std::uint8_t>(static_cast<unsigned>(span.kind) * outcome_names.size() +
                                     static_cast<unsigned>(span.outcome));
}

/// Writes one family after the other, as the format wants it.
class Page {
 public:
    explicit Page(bool with_exemplars) : with_exemplars_(with_exemplars) {}

    void counter(std::string_view name, std::string_view help) {
        // OpenMetrics names the family without the suffix of its samples.
        constexpr std::string_view suffix = "_total";
        head(with_exemplars_ ? name.substr(0, name.size() - suffix.size()) : name, help, "counter");
    }
    void histogram(std::string_view name, std::string_view help) { head(name, help, "histogram"); }

    void value(std::string_view name, const std::string& labels, std::uint64_t value) {
        out_ += fmt::format("{}{{{}}} {}\n", name, labels, value);
    }
    void durations(std::string_view name, const std::string& labels, const Durations& of) {
        std::uint64_t below = 0;
        for (std::size_t i = 0; i <= bounds.size(); ++i) {
            below += of.buckets[i];
            const std::string bound = i < bounds.size() ? fmt::format("{}", bounds[i]) : "+Inf";
            out_ += fmt::format("{}_bucket{{{},le=\"{}\"}} {}", name, labels, bound, below);
            if (with_exemplars_ && of.exemplar && bucket_of(*of.exemplar) == i) add(*of.exemplar);
            out_ += '\n';
        }
        out_ += fmt::format("{}_sum{{{}}} {}\n{}_count{{{}}} {}\n", name, labels, of.sum, name,
                            labels, below);
    }

    std::string take() && {
        if (with_exemplars_) out_ += "# EOF\n";
        return std::move(out_);
    }

 private:
    static std::size_t bucket_of(const Exemplar& exemplar) {
        return static_cast<std::size_t>(
            std::lower_bound(bounds.begin(), bounds.end(), exemplar.seconds) - bounds.begin());
    }
    void head(std::string_view name, std::string_view help, std::string_view type) {
        out_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
    }
    void add(const Exemplar& exemplar) {
        constexpr double ns_per_second = 1e9;
        out_ += fmt::format(" # {{trace_id=\"{}\",span_id=\"{}\"}} {} {:.3f}",
                            to_hex(exemplar.trace_id), to_hex(exemplar.span_id), exemplar.seconds,
                            static_cast<double>(exemplar.at.ns) / ns_per_second);
    }

    bool with_exemplars_;
    std::string out_;
};

}  // namespace

struct SpanMetrics::Shard {
    mutable Guarded<ByText<Service>> services;
};

SpanMetrics::SpanMetrics(MetricsRegistry& registry)
    : folded_(registry.counter("tomograph_service_span_metrics_folded_total",
                               "Spans counted under (other): there are too many services, "
                               "operations or calls")) {
    for (auto& shard : shards_) shard = std::make_unique<Shard>();
}

SpanMetrics::~SpanMetrics() = default;

void SpanMetrics::note(const CountedSpan& noted) {
    // Names come off the wire; a page with bytes that are no UTF-8 is refused as a whole.
    std::string service_text;
    std::string name_text;
    std::string called_text;
    CountedSpan span = noted;
    span.service = as_utf8(noted.service, service_text);
    span.name = as_utf8(noted.name, name_text);
    span.called = as_utf8(noted.called, called_text);
    Shard& shard = *shards_[hash64(span.service) % shard_count];
    auto services = shard.services.lock();
    const bool is_full = series_.load(std::memory_order_relaxed) >= span_metrics_series_max;
    bool is_folded = false;
    Service& service = entry_of(*services, span.service, is_full, is_folded);
    const auto full = [&](const auto& of_service) {
        return is_full || of_service.size() >= span_metrics_names_max;
    };
    auto& operation = entry_of(service.operations, span.name, full(service.operations), is_folded);
    const auto [durations, is_new] = operation.try_emplace(slot_of(span));
    durations->second.add(span);
    std::size_t made = is_new ? 1 : 0;
    if (!span.called.empty()) {
        const std::size_t calls_before = service.calls.size();
        Call& call = entry_of(service.calls, span.called, full(service.calls), is_folded);
        call.durations.add(span);
        if (span.outcome != CountedOutcome::ok) ++call.failed;
        made += service.calls.size() - calls_before;
    }
    if (made > 0) series_.fetch_add(made, std::memory_order_relaxed);
    if (is_folded) folded_.add();
}

namespace {

struct OperationRow {
    std::string labels;
    Durations durations;
};

struct CallRow {
    std::string labels;
    Call call;
};

std::array<Label, 5> operation_labels(std::string_view service, std::string_view name,
                                      std::uint8_t slot) {
    const auto kind = kind_names[slot / outcome_names.size()];
    const auto outcome = outcome_names[slot % outcome_names.size()];
    // What the server answers to a wrong request is no error of the span, in OpenTelemetry's words.
    const std::string_view status = outcome == "fault" ? "STATUS_CODE_ERROR" : "STATUS_CODE_UNSET";
    return {Label{"service_name", service}, Label{"span_name", name}, Label{"span_kind", kind},
            Label{"status_code", status}, Label{"outcome", outcome}};
}

std::string text_of(const std::array<Label, 5>& labels) {
    std::string out;
    for (const auto& [name, value] : labels) {
        if (!out.empty()) out += ',';
        out += name + "=" + quoted_label_value(value);
    }
    return out;
}

/// The series of one operation, each with a point of this moment.
void append_series(const std::array<Label, 5>& labels, const Durations& durations,
                   std::int64_t at_ms, std::vector<MetricSeries>& out) {
    const auto add = [&](std::string_view name, double value, const std::string& le = {}) {
        std::vector<Label> its(labels.begin(), labels.end());
        its.emplace_back(metric_name_label, name);
        its.emplace_back("le", le);
        out.push_back({.labels = LabelSet(std::move(its)), .points = {{at_ms, value}}});
    };
    std::uint64_t below = 0;
    for (std::size_t i = 0; i <= bounds.size(); ++i) {
        below += durations.buckets[i];
        add("traces_span_metrics_duration_seconds_bucket", static_cast<double>(below),
            i < bounds.size() ? fmt::format("{}", bounds[i]) : "+Inf");
    }
    add("traces_span_metrics_duration_seconds_sum", durations.sum);
    add("traces_span_metrics_duration_seconds_count", static_cast<double>(below));
    add("traces_span_metrics_calls_total", static_cast<double>(below));
}

}  // namespace

std::string SpanMetrics::to_text(bool with_exemplars) const {
    std::vector<OperationRow> operations;
    std::vector<CallRow> calls;
    for (const auto& shard : shards_) {
        auto services = shard->services.lock();
        for (const auto& [service, its] : *services) {
            for (const auto& [name, slots] : its.operations)
                for (const auto& [slot, durations] : slots)
                    operations.push_back(
                        {text_of(operation_labels(service, name, slot)), durations});
            for (const auto& [called, call] : its.calls)
                calls.push_back({fmt::format("client={},server={}", quoted_label_value(service),
                                             quoted_label_value(called)),
                                 call});
        }
    }
    std::sort(operations.begin(), operations.end(),
              [](const auto& a, const auto& b) { return a.labels < b.labels; });
    std::sort(calls.begin(), calls.end(),
              [](const auto& a, const auto& b) { return a.labels < b.labels; });

    Page page(with_exemplars);
    page.counter("traces_span_metrics_calls_total", "Spans that arrived");
    for (const OperationRow& row : operations)
        page.value("traces_span_metrics_calls_total", row.labels, row.durations.count());
    page.histogram("traces_span_metrics_duration_seconds", "How long spans took");
    for (const OperationRow& row : operations)
        page.durations("traces_span_metrics_duration_seconds", row.labels, row.durations);
    page.counter("traces_service_graph_request_total", "Calls from one service to another");
    for (const CallRow& row : calls)
        page.value("traces_service_graph_request_total", row.labels, row.call.durations.count());
    page.counter("traces_service_graph_request_failed_total", "Calls that failed");
    for (const CallRow& row : calls)
        page.value("traces_service_graph_request_failed_total", row.labels, row.call.failed);
    page.histogram("traces_service_graph_request_client_seconds",
                   "How long calls took, as the caller saw it");
    for (const CallRow& row : calls)
        page.durations("traces_service_graph_request_client_seconds", row.labels,
                       row.call.durations);
    return std::move(page).take();
}

MetricBatch SpanMetrics::to_batch(std::int64_t at_ms, std::size_t operations_max) const {
    struct Row {
        std::array<Label, 5> labels;
        Durations durations;
    };
    std::vector<Row> rows;
    for (const auto& shard : shards_) {
        auto services = shard->services.lock();
        for (const auto& [service, its] : *services)
            for (const auto& [name, slots] : its.operations)
                for (const auto& [slot, durations] : slots)
                    rows.push_back({operation_labels(service, name, slot), durations});
    }
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        const std::uint64_t a_count = a.durations.count();
        const std::uint64_t b_count = b.durations.count();
        return a_count != b_count ? a_count > b_count : a.labels < b.labels;
    });
    if (rows.size() > operations_max) rows.resize(operations_max);
    MetricBatch batch;
    for (const Row& row : rows) append_series(row.labels, row.durations, at_ms, batch.series);
    if (rows.empty()) return batch;
    for (const auto& [name, type, unit, help] :
         {std::tuple{"traces_span_metrics_calls_total", "counter", "", "Spans that arrived"},
          {"traces_span_metrics_duration_seconds", "histogram", "s", "How long spans took"}})
        batch.families.push_back({name, name, type, unit, help});
    return batch;
}

}  // namespace tomograph
