#include "engine/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "measure/measure.h"

namespace tomograph::engine_bench {

using measure::require;

TimeRange six_hours() {
    return {Instant::from_seconds(start_second),
            Instant::from_seconds(start_second + w1_seconds + 60)};
}

TraceId trace_id_of(const Scale& scale, std::uint64_t number) {
    return scale.is_w2 ? workload::w2_trace(scale.w2(), number).id : scale.w1().trace(number).id;
}

workload::W1Oracle count(const Scale& scale) {
    const workload::W1 w1 = scale.w1();
    workload::W1Oracle oracle;
    for (std::uint64_t i = 0; i < scale.traces(); ++i) oracle.add(w1.trace(i));
    return oracle;
}

void require_documents(std::vector<std::string> expected, const StoredTrace& trace) {
    std::vector<std::string> got;
    for (const auto& stored : trace.documents) got.push_back(stored.document.bytes);
    std::sort(got.begin(), got.end());
    std::sort(expected.begin(), expected.end());
    require(got == expected, "trace " + to_hex(trace.id) + " came back with other documents");
}

void require_graph(const GraphRollup& graph, const workload::W1Oracle& oracle) {
    std::array<workload::W1Oracle::Service, workload::service_names.size()> got;
    for (const auto& [key, cell] : graph.cells) {
        if (key.entry != GraphEntry::node || key.target.type != "AWS::ECS::Container") continue;
        const auto* name = std::find(workload::service_names.begin(), workload::service_names.end(),
                                     key.target.name);
        require(name != workload::service_names.end(), "unknown service " + key.target.name);
        auto& service = got[static_cast<std::size_t>(name - workload::service_names.begin())];
        service.ok += static_cast<std::uint64_t>(cell.statistics.ok);
        service.error += static_cast<std::uint64_t>(cell.statistics.error);
        service.throttle += static_cast<std::uint64_t>(cell.statistics.throttle);
        service.fault += static_cast<std::uint64_t>(cell.statistics.fault);
    }
    for (std::size_t i = 0; i < got.size(); ++i) {
        const auto& a = got[i];
        const auto& b = oracle.services[i];
        require(
            a.ok == b.ok && a.error == b.error && a.throttle == b.throttle && a.fault == b.fault,
            fmt::format("{}: {}/{}/{}/{} in the graph, {}/{}/{}/{} were sent",
                        workload::service_names[i], a.ok, a.error, a.throttle, a.fault, b.ok,
                        b.error, b.throttle, b.fault));
    }
}

void require_trace(TraceStore& store, const Scale& scale, std::uint64_t number) {
    const TraceId id = trace_id_of(scale, number);
    const auto got = store.get(std::span(&id, 1));
    require(got && got->size() == 1, "trace " + to_hex(id) + " is not there");
    require_documents(documents_of(scale, number), got->front());
}

}  // namespace tomograph::engine_bench
