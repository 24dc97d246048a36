#include <filesystem>

#include "engine/answers.h"
#include "engine/rows.h"
#include "measure/measure.h"

namespace tomograph::engine_bench {
namespace {

/// Long after the data.
constexpr Instant later = Instant::from_seconds(start_second) + Duration::days(20);

}  // namespace

void summary_row(const std::string& directory, const Scale& scale) {
    measure::require(!scale.is_w2, "summaries are measured with W1");
    prepare(directory, scale);
    const workload::W1Oracle oracle = count(scale);
    const auto spans = static_cast<double>(oracle.spans);
    EmbeddedStoreOptions options;
    options.summary_age = Duration::days(5);
    DrivenStore driven(directory, options, later);
    const double cpu = measure::cpu_seconds();
    driven.settle();
    measure::print_cell("tomograph", "summary_cpu_us",
                        (measure::cpu_seconds() - cpu) * 1e6 / spans);
    measure::print_cell(
        "tomograph", "summary_bytes_per_span",
        static_cast<double>(measure::directory_bytes(directory + "/spans")) / spans);
    const auto graph = driven.store().graph(six_hours(), GraphGrain::whole);
    if (!graph) measure::fail(graph.error().message());
    require_graph(*graph, oracle);
    driven.store().close();
    std::filesystem::remove_all(directory);
}

}  // namespace tomograph::engine_bench
