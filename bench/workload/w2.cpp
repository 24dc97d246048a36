#include "workload/w2.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <iterator>

#include "workload/random.h"

namespace tomograph::workload {
namespace {

constexpr std::uint32_t services = 10;
constexpr std::uint32_t operations_per_service = 10;
constexpr double days_us = 10.0 * 86'400e6;

}  // namespace

W2Trace w2_trace(const W2Options& options, std::uint64_t number) {
    Random random(mix64(options.seed + 2) ^ number);
    const double spacing_us = days_us / static_cast<double>(options.traces);
    std::int64_t start_us =
        options.start_second * 1'000'000 +
        static_cast<std::int64_t>((static_cast<double>(number) + random.unit()) * spacing_us);
    W2Trace trace;
    trace.id = {
        .high = static_cast<std::uint64_t>(start_us / 1'000'000) << 32 | random.below(0xffffffff),
        .low = random.next()};
    std::int64_t length_us = 20'000 + random.below(500'000);
    for (std::size_t i = 0; i < trace.spans.size(); ++i) {
        W2Span& span = trace.spans[i];
        span.id = {random.next() | 1};
        if (i > 0) span.parent = trace.spans[i - 1].id;
        span.service = random.below(services);
        span.operation = random.below(operations_per_service);
        span.start_us = start_us;
        span.end_us = start_us + length_us;
        const std::int64_t step = length_us / 20;
        start_us += step;
        length_us -= 2 * step;
        // 97 is a prime: a stride visits different keys.
        const std::uint32_t first = random.below(w2_keys);
        const std::uint32_t stride = 1 + random.below(w2_keys - 1);
        for (std::uint32_t k = 0; k < span.attributes.size(); ++k)
            span.attributes[k] = {(first + k * stride) % w2_keys, random.below(w2_values)};
    }
    return trace;
}

void append_json(const W2Trace& trace, const W2Span& span, std::string& out) {
    const auto to = std::back_inserter(out);
    fmt::format_to(to,
                   FMT_COMPILE(R"({{"id":"{:016x}","name":"service-{}","start_time":{}.{:06d},)"
                               R"("trace_id":"1-{:08x}-{:08x}{:016x}")"),
                   span.id.value, span.service, span.start_us / 1'000'000,
                   span.start_us % 1'000'000, trace.id.high >> 32, trace.id.high & 0xffffffff,
                   trace.id.low);
    if (!span.parent.is_none())
        fmt::format_to(to, FMT_COMPILE(R"(,"parent_id":"{:016x}")"), span.parent.value);
    fmt::format_to(
        to,
        FMT_COMPILE(
            R"(,"end_time":{}.{:06d},"http":{{"request":{{"method":"GET","url":"http://service-{}/operation-{}"}},"response":{{"status":200}}}},"annotations":{{)"),
        span.end_us / 1'000'000, span.end_us % 1'000'000, span.service, span.operation);
    for (std::size_t k = 0; k < span.attributes.size(); ++k)
        fmt::format_to(to, FMT_COMPILE(R"({}"attribute_{:02d}":"value-{:03d}")"), k > 0 ? "," : "",
                       span.attributes[k].key, span.attributes[k].value);
    out += "}}";
}

}  // namespace tomograph::workload
