#include <filesystem>

#include "engine/answers.h"
#include "engine/rows.h"
#include "measure/measure.h"
#include "workload/w1_oracle.h"
#include "workload/w4.h"

namespace tomograph::engine_bench {
namespace {

using measure::require;

/// Of the full rate: W4 sends a fifth more documents than there are spans.
constexpr std::size_t batch_documents = 1'000;
constexpr Duration batch_time = Duration::milliseconds(50);

/// All deliveries in the order of arrival; how many. The wall clock follows the arrivals, days at
/// the end included.
std::uint64_t deliver(DrivenStore& driven, const Scale& scale) {
    workload::W4 deliveries(workload::six_hours_of(scale.spans));
    std::int64_t now_us = start_second * 1'000'000;
    std::uint64_t documents = 0;
    std::vector<std::string> batch;
    const auto send = [&](std::int64_t arrival_us) {
        driven.append(batch);
        const Duration passed = Duration::microseconds(arrival_us - now_us);
        driven.tick(batch_time, passed > batch_time ? passed - batch_time : Duration{});
        now_us = std::max(now_us + batch_time.ns / 1000, arrival_us);
        documents += batch.size();
        batch.clear();
    };
    workload::Delivery delivery;
    while (deliveries.next(scale.traces(), delivery)) {
        const workload::W1Trace trace = deliveries.workload().trace(delivery.trace);
        append_json(trace, trace.spans[delivery.span], delivery.state, batch.emplace_back());
        if (batch.size() == batch_documents) send(delivery.arrival_us);
    }
    if (!batch.empty()) send(delivery.arrival_us);
    return documents;
}

}  // namespace

void exactness_row(const std::string& directory, const Scale& scale) {
    require(!scale.is_w2, "exactness is measured with W4, which is made of W1");
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    DrivenStore driven(directory, {}, Instant::from_seconds(start_second));
    const double cpu = measure::cpu_seconds();
    const std::uint64_t documents = deliver(driven, scale);
    driven.settle();
    measure::print_cell("tomograph", "w4_cpu_us",
                        (measure::cpu_seconds() - cpu) * 1e6 / static_cast<double>(documents));
    const auto graph = driven.store().graph(six_hours(), GraphGrain::whole);
    if (!graph) measure::fail(graph.error().message());
    require_graph(*graph, count(scale));
    const std::uint64_t step = std::max<std::uint64_t>(1, scale.traces() / 2'000);
    std::uint64_t checked = 0;
    for (std::uint64_t i = 0; i < scale.traces(); i += step, ++checked)
        require_trace(driven.store(), scale, i);
    measure::print_cell("tomograph", "w4_documents", static_cast<double>(documents));
    measure::print_cell("tomograph", "w4_traces_checked", static_cast<double>(checked));
    driven.store().close();
    std::filesystem::remove_all(directory);
}

}  // namespace tomograph::engine_bench
