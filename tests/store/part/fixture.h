#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "base/file_system.h"
#include "model/document.h"
#include "model/graph.h"
#include "store/part/part.h"

namespace tomograph::testing {

/// Traces made up by a seed, with the texts that their span rows borrow.
class TraceMaker {
 public:
    explicit TraceMaker(std::uint64_t seed) : random_(seed) {}

    std::uint64_t number(std::uint64_t below) { return random_() % below; }
    TraceId trace_id() { return {random_(), random_()}; }

    /// A trace with so many documents, each of a few spans; versions from the maker's own sequence.
    PartTrace trace(TraceId id, std::int64_t second, std::size_t documents) {
        PartTrace trace;
        TraceRow& row = trace.row;
        row.id = id;
        row.trace_second = second;
        row.start =
            Instant{second * 1'000'000'000 + static_cast<std::int64_t>(number(1'000'000'000))};
        row.end = row.start + Duration{static_cast<std::int64_t>(number(5'000'000'000))};
        row.segment_end_min = row.start + Duration{static_cast<std::int64_t>(number(1'000'000))};
        row.segment_end_max = row.end - Duration{static_cast<std::int64_t>(number(1'000))};
        row.flags = static_cast<std::uint16_t>(number(64));
        row.root_service = text();
        for (std::size_t i = 0; i < documents; ++i) add_document(trace);
        row.span_count = static_cast<std::uint32_t>(trace.spans.size());
        row.lsn_max = Lsn{lsn_};
        return trace;
    }

    void add_document(PartTrace& trace, SpanId id = {}) {
        StoredDocument stored;
        stored.lsn = Lsn{++lsn_};
        SegmentHeader& header = stored.document.header;
        header.trace_id = trace.row.id;
        header.id = id.is_none() ? SpanId{random_() | 1} : id;
        header.is_segment = number(2) == 0;
        header.in_progress = number(4) == 0;
        header.start = trace.row.start;
        header.end = trace.row.end;
        header.span_count = static_cast<std::uint32_t>(1 + number(4));
        stored.document.bytes = "{\"id\":\"" + text() + "\",\"note\":\"" + text() + "\"}";
        for (std::uint32_t i = 0; i < header.span_count; ++i)
            trace.spans.push_back(span(trace, i == 0 ? header.id : SpanId{}));
        trace.documents.push_back(std::move(stored));
    }

    std::string text() {
        static const char* const words[] = {"",      "api",         "勘定系",          "orders",
                                            "größe", "tenant-0020", "\xF0\x9F\x94\xA5"};
        const std::uint64_t pick = number(8);
        return pick < 7 ? words[pick] : std::to_string(random_());
    }

 private:
    SpanRow span(const PartTrace& trace, SpanId id) {
        SpanRow row;
        row.id = id.is_none() ? SpanId{random_() | 1} : id;
        const std::uint64_t kind = number(4);
        if (kind > 0 && !trace.spans.empty())
            row.parent_id = trace.spans[number(trace.spans.size())].id;
        if (kind == 1) row.parent_id = SpanId{random_()};
        row.start =
            trace.row.start + Duration{static_cast<std::int64_t>(number(3'000'000'000)) - 1'000};
        row.duration = Duration{static_cast<std::int64_t>(number(5'000'000'000))};
        row.flags = static_cast<std::uint16_t>(number(256));
        row.status = static_cast<std::uint16_t>(number(3) == 0 ? 200 + number(400) : 0);
        row.service = texts_.emplace_back(text());
        row.name = texts_.emplace_back(text());
        return row;
    }

    std::mt19937_64 random_;
    std::uint64_t lsn_ = 0;
    std::deque<std::string> texts_;
};

inline RequestStatistics make_statistics(TraceMaker& maker) {
    RequestStatistics statistics;
    statistics.ok = static_cast<std::int64_t>(maker.number(100)) - 20;
    statistics.fault = static_cast<std::int64_t>(maker.number(3));
    statistics.response_time_ns =
        static_cast<std::int64_t>(maker.number(1'000'000'000'000)) - 1'000;
    for (std::uint64_t i = maker.number(5); i > 0; --i) {
        const Duration latency{static_cast<std::int64_t>(maker.number(8'000'000'000))};
        statistics.response_time.add(latency, static_cast<std::int64_t>(maker.number(9)) - 3);
        statistics.duration.add(latency);
    }
    return statistics;
}

/// Sorts as a part wants it.
inline void sort_traces(std::vector<PartTrace>& traces) {
    std::sort(traces.begin(), traces.end(), [](const PartTrace& a, const PartTrace& b) {
        return std::tie(a.row.trace_second, a.row.id, a.row.lsn_max) <
               std::tie(b.row.trace_second, b.row.id, b.row.lsn_max);
    });
}

/// So many traces of up to `documents_max` documents within a few seconds, sorted.
inline std::vector<PartTrace> make_traces(TraceMaker& maker, std::size_t traces,
                                          std::size_t documents_max) {
    std::vector<PartTrace> made;
    for (std::size_t i = 0; i < traces; ++i) {
        const auto second = static_cast<std::int64_t>(1'700'000'000 + maker.number(30));
        made.push_back(maker.trace(maker.trace_id(), second, maker.number(documents_max + 1)));
    }
    sort_traces(made);
    return made;
}

/// Cells of some minutes, nodes, edges and links, with negative counts among them.
inline GraphRollup make_rollup(TraceMaker& maker, std::size_t cells) {
    GraphRollup rollup;
    for (std::size_t i = 0; i < cells; ++i) {
        GraphKey key{.minute = static_cast<std::int64_t>(28'000'000 + maker.number(10)),
                     .entry = static_cast<GraphEntry>(maker.number(3)),
                     .source = {maker.text(), "AWS::ECS::Container", ""},
                     .target = {maker.text(), maker.text(), "123456789012"}};
        GraphCell cell;
        cell.statistics = make_statistics(maker);
        cell.presence = 1 + static_cast<std::int64_t>(maker.number(100));
        cell.roots = static_cast<std::int64_t>(maker.number(10)) - 5;
        cell.first_start = Instant::from_seconds(key.minute * 60 - 3);
        cell.last_end = Instant::from_seconds(key.minute * 60 + 100);
        cell.alias = maker.text();
        rollup.cells.try_emplace(key, cell);
    }
    return rollup;
}

inline PartFacts write_part(FileSystem& files, const std::string& path,
                            const std::vector<PartTrace>& traces, const GraphRollup& rollup = {}) {
    auto writer = PartWriter::create(files, path);
    REQUIRE(writer);
    for (const PartTrace& trace : traces) REQUIRE((*writer)->add(trace));
    auto facts = (*writer)->finish(rollup);
    REQUIRE(facts);
    return *facts;
}

inline std::unique_ptr<PartReader> open_part(FileSystem& files, const std::string& path) {
    auto reader = PartReader::open(files, path);
    REQUIRE_MESSAGE(reader, (reader ? "" : reader.error().message()));
    return std::move(reader).value();
}

/// Everything of one row, in words; equal rows have equal words.
inline std::string describe(const TraceRow& row) {
    return fmt::format("row {} {} {} {} {} {} n={} f={} '{}' lsn={}\n", to_hex(row.id),
                       row.trace_second, row.start.ns, row.end.ns, row.segment_end_min.ns,
                       row.segment_end_max.ns, row.span_count, row.flags, row.root_service,
                       row.lsn_max.value);
}

inline std::string describe(const StoredDocument& stored) {
    const SegmentHeader& header = stored.document.header;
    return fmt::format("document lsn={} {} {} {}{} {} {} n={} {}\n", stored.lsn.value,
                       to_hex(header.trace_id), to_hex(header.id), header.is_segment,
                       header.in_progress, header.start.ns, header.end.ns, header.span_count,
                       stored.document.bytes);
}

inline std::string describe(const SpanRow& row) {
    return fmt::format("span {} {} {} {} f={} s={} '{}' '{}'\n", to_hex(row.id),
                       to_hex(row.parent_id), row.start.ns, row.duration.ns, row.flags, row.status,
                       row.service, row.name);
}

inline std::string describe(const PartTrace& trace) {
    std::string words = describe(trace.row);
    for (const StoredDocument& stored : trace.documents) words += describe(stored);
    for (const SpanRow& row : trace.spans) words += describe(row);
    return words;
}

inline std::string describe(PartReader& part, std::uint32_t ordinal) {
    const auto row = part.row(ordinal);
    const auto documents = part.documents(ordinal);
    Arena texts;
    const auto spans = part.spans(ordinal, texts);
    REQUIRE(row);
    REQUIRE_MESSAGE(documents, (documents ? "" : documents.error().message()));
    REQUIRE_MESSAGE(spans, (spans ? "" : spans.error().message()));
    return describe(PartTrace{.row = *row, .documents = *documents, .spans = *spans});
}

}  // namespace tomograph::testing
