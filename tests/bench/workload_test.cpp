#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "wire/xray/segment_decoder.h"
#include "workload/document_measure.h"
#include "workload/w1_oracle.h"
#include "workload/w2.h"
#include "workload/w4.h"

using namespace tomograph;
using namespace tomograph::workload;

namespace {

constexpr W1Options options{.seed = 1, .start_second = 1'795'000'000};
constexpr std::uint64_t traces = 10'000;

std::string json_of(const W1Trace& trace, const W1Span& span,
                    DocumentState state = DocumentState::complete) {
    std::string json;
    append_json(trace, span, state, json);
    return json;
}

/// What differs from the description by less than `share` of it.
void check_near(double measured, double described, double share) {
    CHECK(measured > described * (1 - share));
    CHECK(measured < described * (1 + share));
}

SegmentHeader header_of(const std::string& json) {
    static SegmentDecoder decoder;
    const auto decoded = decoder.decode(json, std::nullopt);
    const auto* rejection = std::get_if<Rejection>(&decoded);
    REQUIRE_MESSAGE(rejection == nullptr, rejection->message << "\n" << json);
    return std::get<Segment>(decoded).header();
}

}  // namespace

TEST_CASE("W1 is the traffic that its description promises") {
    const W1 workload(options);
    double spans = 0, bytes = 0, values = 0, segments = 0, requests = 0;
    double errors = 0, throttles = 0, faults = 0;
    std::set<std::uint32_t> containers;
    std::set<std::uint64_t> orders;
    W1Oracle oracle;
    for (std::uint64_t i = 0; i < traces; ++i) {
        const W1Trace trace = workload.trace(i);
        oracle.add(trace);
        orders.insert(trace.order);
        for (const W1Span& span : trace.spans) {
            const std::string json = json_of(trace, span);
            bytes += static_cast<double>(json.size());
            values += static_cast<double>(count_values(json));
            segments += span.is_segment();
            requests += span.kind == SpanKind::aws;
            errors += span.error && !span.throttle;
            throttles += span.throttle;
            faults += span.is_fault_origin;
            containers.insert(span.container);
        }
    }
    spans = static_cast<double>(oracle.spans);
    check_near(spans / traces, 9.7, 0.02);
    check_near(bytes / spans, 558, 0.02);
    check_near(values / spans, 17.5, 0.02);
    check_near(segments / spans, 0.34, 0.02);
    check_near(requests / (spans - segments), 0.25, 0.05);
    check_near(errors / spans, 0.016, 0.1);
    check_near(throttles / spans, 0.001, 0.4);
    check_near(faults / spans, 0.004, 0.15);
    CHECK(containers.size() == container_count);
    CHECK(orders.size() == traces);
    // The most frequent of 1,000 by Zipf's law: one over the thousandth harmonic number.
    check_near(static_cast<double>(oracle.tenants[common_tenant].traces) / traces, 1 / 7.485, 0.1);
}

TEST_CASE("every document of W1 is accepted and says what its span says") {
    const W1 workload(options);
    for (std::uint64_t i = 0; i < 1'000; ++i) {
        const W1Trace trace = workload.trace(i);
        CHECK(trace.id.claimed_second() == trace.spans.front().start_us / 1'000'000);
        std::set<SpanId> seen;
        for (const W1Span& span : trace.spans) {
            CHECK((span.parent.is_none() || seen.contains(span.parent)));
            CHECK(seen.insert(span.id).second);
            const SegmentHeader header = header_of(json_of(trace, span));
            CHECK(header.trace_id == trace.id);
            CHECK(header.id == span.id);
            CHECK(header.is_segment == span.is_segment());
            CHECK_FALSE(header.in_progress);
            CHECK(header.start.ns == span.start_us * 1000);
            CHECK(header.end.ns == span.end_us * 1000);
            CHECK(header_of(json_of(trace, span, DocumentState::in_progress)).in_progress);
        }
    }
}

TEST_CASE("a fault of W1 reaches the root") {
    const W1 workload(options);
    int faults = 0;
    for (std::uint64_t i = 0; i < 1'000; ++i) {
        const W1Trace trace = workload.trace(i);
        std::map<SpanId, const W1Span*> by_id;
        for (const W1Span& span : trace.spans) by_id[span.id] = &span;
        for (const W1Span& span : trace.spans) {
            if (!span.fault) continue;
            ++faults;
            if (!span.parent.is_none()) CHECK(by_id[span.parent]->fault);
            if (span.status != 0) CHECK(span.status == 500);
        }
    }
    CHECK(faults > 50);
}

TEST_CASE("W1's trace is the same whenever it is made, and another one for another seed") {
    const W1 workload(options);
    const W1Trace a = workload.trace(77);
    const W1Trace b = W1(options).trace(77);
    CHECK(json_of(a, a.spans.back()) == json_of(b, b.spans.back()));
    CHECK(W1({.seed = 2, .start_second = options.start_second}).trace(77).id != a.id);
}

TEST_CASE("time in W1 goes on at the rate that was asked for") {
    const W1 workload({.seed = 1, .start_second = 1'795'000'000, .spans_per_second = 970});
    CHECK(workload.trace(0).spans.front().start_us / 1'000'000 == 1'795'000'000);
    CHECK(workload.trace(100 * 60).spans.front().start_us / 1'000'000 == 1'795'000'060);
}

TEST_CASE("every document of W2 is accepted; its attributes have different keys") {
    const W2Options small{.seed = 1, .start_second = 1'795'000'000, .traces = 1'000};
    std::set<std::uint32_t> keys;
    std::string json;
    for (std::uint64_t i = 0; i < small.traces; ++i) {
        const W2Trace trace = w2_trace(small, i);
        for (const W2Span& span : trace.spans) {
            json.clear();
            append_json(trace, span, json);
            const SegmentHeader header = header_of(json);
            CHECK(header.id == span.id);
            CHECK(header.end > header.start);
            std::set<std::uint32_t> own;
            for (const W2Attribute& attribute : span.attributes) own.insert(attribute.key);
            CHECK(own.size() == span.attributes.size());
            keys.merge(own);
        }
    }
    CHECK(keys.size() == w2_keys);
}

TEST_CASE("W4 delivers each span of W1 at the end, in the order of arrival") {
    constexpr std::uint64_t some = 2'000;
    W4 deliveries(options);
    std::map<std::pair<std::uint64_t, std::uint32_t>, int> complete;
    std::int64_t last_us = 0;
    double all = 0, in_progress = 0, late = 0, days_late = 0, twice = 0, overtaken = 0;
    std::map<std::uint64_t, std::uint32_t> last_span;
    Delivery delivery;
    while (deliveries.next(some, delivery)) {
        CHECK(delivery.arrival_us >= last_us);
        last_us = delivery.arrival_us;
        if (delivery.state == DocumentState::in_progress) {
            ++in_progress;
            continue;
        }
        ++all;
        overtaken += last_span[delivery.trace] > delivery.span;
        last_span[delivery.trace] = delivery.span;
        twice += ++complete[{delivery.trace, delivery.span}] == 2;
        const std::int64_t end_us =
            deliveries.workload().trace(delivery.trace).spans[delivery.span].end_us;
        late += delivery.arrival_us - end_us > 180'000'000;
        days_late += delivery.arrival_us - end_us > 86'000'000'000;
    }
    std::size_t spans = 0;
    for (std::uint64_t i = 0; i < some; ++i) spans += deliveries.workload().trace(i).spans.size();
    CHECK(complete.size() == spans);
    check_near(in_progress / all, 0.2, 0.1);
    // Those that are less than three minutes late are not counted.
    check_near(late / all, 0.02, 0.25);
    check_near(days_late / all, 0.001, 0.6);
    check_near(twice / all, 0.01, 0.3);
    CHECK(overtaken / all > 0.2);
}
