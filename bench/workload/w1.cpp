#include "workload/w1.h"

#include <algorithm>
#include <array>

#include "workload/random.h"
#include "workload/shop_names.h"

namespace tomograph::workload {
namespace {

constexpr double segment_share = 0.34;
// With these, the mean after clipping is w1_spans_per_trace.
constexpr double spans_median = 7.82;
constexpr double spans_sigma = 0.62;
constexpr std::uint32_t spans_min = 3;
constexpr std::uint32_t spans_max = 60;

constexpr double error_share = 0.016;
constexpr double throttle_share = 0.001;
constexpr double fault_share = 0.004;

// Of the subsegments that call nobody; makes a quarter of all subsegments AWS calls.
constexpr double aws_share = 0.388;
constexpr double sql_share = 0.33;

std::uint32_t span_count(Random& random) {
    while (true) {
        const double count = random.log_normal(spans_median, spans_sigma);
        const auto rounded = static_cast<std::uint32_t>(std::lround(std::min(count, 1000.0)));
        if (rounded >= spans_min && rounded <= spans_max) return rounded;
    }
}

/// `mean` up or down to a whole number, so that the mean stays.
std::uint32_t round_at_random(double mean, Random& random) {
    return static_cast<std::uint32_t>(mean + random.unit());
}

SpanId new_id(Random& random) { return {random.next() | 1}; }

/// The parts of a document that do not depend on the others.
void fill_own(W1Span& span, Random& random) {
    span.id = new_id(random);
    span.operation = random.below(operations.size());
    span.container = span.service * containers_per_service + random.below(containers_per_service);
    span.object = random.below(1'000'000);
    span.content_length = static_cast<std::uint32_t>(random.log_normal(1500, 1.2));
    span.gc_us = static_cast<std::uint32_t>(random.log_normal(900, 1.0));
    span.status = span.kind == SpanKind::local || span.kind == SpanKind::sql ? 0 : 200;
    switch (span.kind) {
        case SpanKind::aws:
            span.detail = random.below(aws_calls.size());
            span.request_high = random.next();
            span.request_low = random.next();
            break;
        case SpanKind::sql:
            span.detail = random.below(sql_queries.size());
            break;
        case SpanKind::local:
            span.detail = random.below(local_steps.size());
            break;
        case SpanKind::segment:
        case SpanKind::call:
            break;
    }
}

/// Inside of its parent, at a random place.
void place_within(const W1Span& parent, W1Span& span, Random& random) {
    const auto room = static_cast<double>(parent.end_us - parent.start_us);
    const double begin = room * 0.7 * random.unit();
    const double length = (room - begin) * (0.1 + 0.8 * random.unit());
    span.start_us = parent.start_us + static_cast<std::int64_t>(begin);
    span.end_us = span.start_us + static_cast<std::int64_t>(length);
}

SpanKind leaf_kind(Random& random) {
    const double choice = random.unit();
    if (choice < aws_share) return SpanKind::aws;
    return choice < aws_share + sql_share ? SpanKind::sql : SpanKind::local;
}

/// Indexes into the trace's spans.
using Parents = std::vector<std::size_t>;

void add_child(W1Trace& trace, Parents& parents, std::size_t parent, W1Span span, Random& random) {
    fill_own(span, random);
    span.parent = trace.spans[parent].id;
    place_within(trace.spans[parent], span, random);
    trace.spans.push_back(span);
    parents.push_back(parent);
}

/// A call and the segment of the service called, with the wire's time between them.
void add_call(W1Trace& trace, Parents& parents, std::size_t caller, Random& random) {
    W1Span call;
    call.kind = SpanKind::call;
    call.service = trace.spans[caller].service;
    call.target =
        (call.service + 1 + random.below(service_names.size() - 1)) % service_names.size();
    add_child(trace, parents, caller, call, random);
    const W1Span made = trace.spans.back();
    W1Span segment;
    segment.service = made.target;
    add_child(trace, parents, trace.spans.size() - 1, segment, random);
    W1Span& answered = trace.spans.back();
    const std::int64_t wire = std::min<std::int64_t>((made.end_us - made.start_us) / 8,
                                                     100 + static_cast<int>(random.below(900)));
    answered.operation = made.operation;
    answered.object = made.object;
    answered.content_length = made.content_length;
    answered.start_us = made.start_us + wire;
    answered.end_us = made.end_us - wire;
    answered.client_ip = 0x0a000000U | random.below(1 << 16);
}

/// A fault shows in all that waited for it.
void propagate_fault(W1Trace& trace, const Parents& parents, std::size_t origin,
                     std::uint64_t exception) {
    trace.spans[origin].is_fault_origin = true;
    for (std::size_t at = origin;; at = parents[at]) {
        W1Span& span = trace.spans[at];
        span.fault = true;
        span.error = span.throttle = false;
        if (span.status != 0) span.status = 500;
        if (span.exception == 0) span.exception = exception;
        if (at == 0) return;
    }
}

void set_outcomes(W1Trace& trace, const Parents& parents, Random& random) {
    constexpr std::array<std::uint16_t, 4> errors = {400, 403, 404, 409};
    for (W1Span& span : trace.spans) {
        const double choice = random.unit();
        span.throttle = choice < throttle_share;
        span.error = choice < throttle_share + error_share;
        if (span.error && span.status != 0)
            span.status = span.throttle ? 429 : errors[random.below(errors.size())];
    }
    for (std::size_t i = 0; i < trace.spans.size(); ++i)
        if (random.chance(fault_share)) propagate_fault(trace, parents, i, random.next() | 1);
}

}  // namespace

W1Options six_hours_of(std::uint64_t spans) {
    return {.seed = 1,
            .start_second = w1_start_second,
            .spans_per_second = static_cast<double>(spans) / w1_seconds};
}

std::uint64_t traces_in(std::uint64_t spans) {
    return static_cast<std::uint64_t>(static_cast<double>(spans) / w1_spans_per_trace);
}

W1::W1(const W1Options& options) : options_(options), tenant_shares_(w1_tenants) {
    double sum = 0;
    for (std::uint32_t i = 0; i < w1_tenants; ++i) tenant_shares_[i] = sum += 1.0 / (i + 1);
    for (double& share : tenant_shares_) share /= sum;
}

W1Trace W1::trace(std::uint64_t number) const {
    Random random(mix64(options_.seed) ^ number);
    const double spacing_us = 1e6 * w1_spans_per_trace / options_.spans_per_second;
    const auto start_us =
        options_.start_second * 1'000'000 +
        static_cast<std::int64_t>((static_cast<double>(number) + random.unit()) * spacing_us);

    W1Trace trace;
    trace.id = {
        .high = static_cast<std::uint64_t>(start_us / 1'000'000) << 32 | random.below(0xffffffff),
        .low = random.next()};
    trace.tenant = static_cast<std::uint32_t>(
        std::lower_bound(tenant_shares_.begin(), tenant_shares_.end(), random.unit()) -
        tenant_shares_.begin());
    trace.user = random.below(w1_users);
    trace.order = mix64(number ^ mix64(options_.seed + 7)) & 0xffffffffffffULL;

    const std::uint32_t spans = span_count(random);
    const std::uint32_t segments = std::clamp<std::uint32_t>(
        round_at_random(segment_share * spans, random), 1, (spans + 1) / 2);
    trace.spans.reserve(spans);
    Parents parents{0};
    W1Span root;
    root.service = 0;
    fill_own(root, random);
    root.start_us = start_us;
    root.end_us = start_us + 2000 + static_cast<std::int64_t>(random.log_normal(80'000, 1.0));
    root.client_ip = static_cast<std::uint32_t>(random.next());
    trace.spans.push_back(root);

    std::vector<std::size_t> callers{0};
    for (std::uint32_t i = 1; i < segments; ++i) {
        add_call(trace, parents, callers[random.below(static_cast<std::uint32_t>(callers.size()))],
                 random);
        callers.push_back(trace.spans.size() - 1);
    }
    while (trace.spans.size() < spans) {
        const std::size_t owner = callers[random.below(static_cast<std::uint32_t>(callers.size()))];
        W1Span leaf;
        leaf.kind = leaf_kind(random);
        leaf.service = trace.spans[owner].service;
        add_child(trace, parents, owner, leaf, random);
    }
    set_outcomes(trace, parents, random);
    return trace;
}

}  // namespace tomograph::workload
