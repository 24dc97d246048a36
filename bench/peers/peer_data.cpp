#include "peers/peer_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "measure/measure.h"
#include "workload/random.h"

namespace tomograph::peers {
namespace {

using measure::print_cell;
using measure::require;
using measure::time_call;
using measure::Took;

double thread_cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

Groups groups_of(const workload::W1Oracle& oracle) {
    Groups groups;
    for (std::uint32_t i = 0; i < oracle.tenants.size(); ++i) {
        const auto& tenant = oracle.tenants[i];
        if (tenant.spans > 0) groups[workload::tenant_text(i)] = {tenant.spans, tenant.duration_us};
    }
    return groups;
}

void measure_count(std::string_view column, std::string_view row, std::uint64_t expected,
                   const std::function<std::uint64_t()>& ask) {
    std::vector<Took> took;
    for (int i = 0; i < 3; ++i) {
        std::uint64_t got = 0;
        took.push_back(time_call([&] { got = ask(); }));
        require(got == expected,
                fmt::format("{}: {}: {} instead of {}", column, row, got, expected));
    }
    print_cell(column, row, took);
}

}  // namespace

std::vector<Pair> annotations_of(const workload::W1Trace& trace, const workload::W1Span& span) {
    if (!span.is_segment()) return {};
    std::vector<Pair> pairs = {
        {"tenant", workload::tenant_text(trace.tenant)},
        {"operation", std::string(workload::operations[span.operation].name)}};
    if (span.parent.is_none()) pairs.push_back({"order_id", workload::order_text(trace.order)});
    return pairs;
}

std::string big_endian(std::uint64_t value) {
    std::string bytes(8, '\0');
    for (int i = 7; i >= 0; --i, value >>= 8)
        bytes[static_cast<std::size_t>(i)] = static_cast<char>(value & 255);
    return bytes;
}

std::string trace_key(TraceId id) { return big_endian(id.high) + big_endian(id.low); }

PeerData::PeerData(std::uint64_t spans)
    : workload_(workload::six_hours_of(spans)), traces_(workload::traces_in(spans)) {}

void PeerData::visit(const std::function<void(const std::vector<PeerSpan>&)>& take) {
    for (std::uint64_t i = 0; i < traces_; ++i) {
        const double before = thread_cpu_seconds();
        const workload::W1Trace trace = workload_.trace(i);
        oracle_.add(trace);
        std::vector<PeerSpan> spans;
        for (const auto& span : trace.spans) {
            PeerSpan made{
                &trace, &span, workload::span_name(span), annotations_of(trace, span), {}};
            append_json(trace, span, workload::DocumentState::complete, made.document);
            spans.push_back(std::move(made));
        }
        making_seconds_ += thread_cpu_seconds() - before;
        take(spans);
    }
}

std::vector<std::string> PeerData::documents(std::uint64_t number) const {
    const workload::W1Trace trace = workload_.trace(number);
    std::vector<std::string> documents;
    for (const auto& span : trace.spans)
        append_json(trace, span, workload::DocumentState::complete, documents.emplace_back());
    std::sort(documents.begin(), documents.end());
    return documents;
}

void measure_answers(std::string_view column, const PeerData& data, const PeerAnswers& answers) {
    constexpr std::size_t gets = 500;
    workload::Random random(gets);
    std::vector<Took> took;
    for (std::size_t i = 0; i < gets; ++i) {
        const std::uint64_t number = random.below(static_cast<std::uint32_t>(data.traces()));
        const TraceId id = data.id(number);
        std::vector<std::string> got;
        took.push_back(time_call([&] { got = answers.documents(id); }));
        std::sort(got.begin(), got.end());
        require(got == data.documents(number),
                fmt::format("{}: trace {} is wrong", column, to_hex(id)));
    }
    print_cell(column, "id_warm_ms", took);
    print_cell(column, "id_warm_p95_ms", took, 0.95);

    const auto& tenants = data.oracle().tenants;
    using workload::common_tenant, workload::rare_tenant, workload::filter_tenant;
    const auto text = workload::tenant_text;
    measure_count(column, "search_common_ms", tenants[common_tenant].traces,
                  [&] { return answers.search(text(common_tenant)); });
    measure_count(column, "search_rare_ms", tenants[rare_tenant].traces,
                  [&] { return answers.search(text(rare_tenant)); });
    measure_count(column, "filter_ms", tenants[filter_tenant].failed_traces,
                  [&] { return answers.filter(text(filter_tenant)); });
    Groups groups;
    const Took took_groups = time_call([&] { groups = answers.group(); });
    require(groups == groups_of(data.oracle()), fmt::format("{}: the groups are wrong", column));
    print_cell(column, "group_ms", {took_groups});
}

}  // namespace tomograph::peers
