#include <doctest/doctest.h>

#include <filesystem>

#include "query/otlp_trace_of.h"
#include "query/spans/span_conditions.h"
#include "query/trace_attributes.h"
#include "support/goldens.h"
#include "support/otlp_round_trip.h"

namespace tomograph {
namespace {

namespace fs = std::filesystem;

/// Documents of one trace as they are stored.
class StoredDocuments {
 public:
    void add(const std::string& json) {
        SegmentDecoder decoder;
        auto decoded = decoder.decode(json, {});
        auto* segment = std::get_if<Segment>(&decoded);
        if (segment == nullptr) return;
        const Lsn lsn{stored.documents.size() + 1};
        stored.id = segment->trace_id;
        stored.documents.push_back({.lsn = lsn, .document = {segment->header(), json}});
        documents_.push_back({.lsn = lsn, .segment = std::move(*segment)});
    }
    Trace assemble() { return assemble_trace(stored.id, std::move(documents_), after_grace); }

    StoredTrace stored;

 private:
    std::vector<TraceDocument> documents_;
};

/// Whether what a span is shown as and what is found agree, of each span of the trace.
class Agreement {
 public:
    Agreement(const StoredTrace& stored, const Trace& trace)
        : stored_(stored), trace_(trace), shown_(spans_of_trace(stored, trace)) {}

    std::size_t check() {
        for (std::uint32_t row = 0; row < shown_.entities.size(); ++row) check_row(row);
        return shown_.entities.size();
    }

 private:
    bool finds(std::uint32_t row, const Predicate& predicate) const {
        const TraceMatcher matcher(predicate);
        const TraceAttributes attributes = attributes_for(matcher, stored_, trace_);
        return matcher.matches_span({.trace = trace_, .attributes = attributes},
                                    trace_.entities[shown_.entities[row]]);
    }

    void check_row(std::uint32_t row) const {
        const OtlpTrace::Row& span = shown_.spans.rows()[row];
        CAPTURE(to_hex(span.span.id));
        CHECK(finds(row, any_span()));
        CHECK(finds(row, span_name(TextTest{.text = span.span.name})));
        for (const OtlpKind kind : {OtlpKind::internal, OtlpKind::server, OtlpKind::client,
                                    OtlpKind::producer, OtlpKind::consumer}) {
            CAPTURE(to_text(kind));
            CHECK(finds(row, span_kind(kind)) == (span.span.kind == kind));
        }
        for (const OtlpStatus status : {OtlpStatus::unset, OtlpStatus::ok, OtlpStatus::error}) {
            CAPTURE(to_text(status));
            if (to_text(span.span.status).empty()) continue;
            CHECK(finds(row, span_status(status)) == (span.span.status == status));
        }
        for (const OtlpAttribute& each : span.span.attributes) {
            const std::optional<Test> test = test_of(each.value);
            if (!test || is_shown_only(each.key)) continue;
            CAPTURE(each.key);
            CHECK(finds(row, span_attribute(AttributeScope::span, each.key, *test)));
        }
    }

    static std::optional<Test> test_of(const OtlpValue& value) {
        if (const auto* text = std::get_if<std::string>(&value)) return TextTest{.text = *text};
        if (const auto* boolean = std::get_if<bool>(&value)) return BooleanTest{*boolean};
        if (const auto* number = std::get_if<std::int64_t>(&value))
            return NumberTest{.min = Decimal::of(*number), .max = Decimal::of(*number)};
        return std::nullopt;
    }

    /// Attributes made of several members or of none (docs/query-apis.md); empty keys are no paths,
    /// and a number beyond all, or of an account, is shown as a text.
    static bool is_shown_only(std::string_view key) {
        return key.empty() || key == "big" || key.starts_with("aws.xray.") ||
               key == "aws.service" || key == "aws.account_id" || key == "db.connection_string" ||
               key == "db.name";
    }

    const StoredTrace& stored_;
    const Trace& trace_;
    TraceSpans shown_;
};

}  // namespace

TEST_CASE("X-Ray's documents are found by what they are shown as") {
    std::size_t spans = 0;
    for (const auto& entry :
         fs::directory_iterator(fs::path(GOLDENS_FOLDER) / ".." / ".." / "wire" / "xray")) {
        if (!fs::exists(entry.path() / "in.json")) continue;
        CAPTURE(entry.path().filename().string());
        // Of a key that stands twice the last counts for filters, the first member for its
        // document.
        if (entry.path().filename() == "duplicate_keys") continue;
        StoredDocuments documents;
        documents.add(read_golden(entry.path() / "in.json"));
        if (documents.stored.documents.empty()) continue;
        const Trace trace = documents.assemble();
        spans += Agreement(documents.stored, trace).check();
    }
    CHECK(spans > 20);
}

TEST_CASE("spans of OTLP are found by what they are shown as, and what stands around them is not") {
    const auto request = trace_request_of_json(read_golden(
        fs::path(GOLDENS_FOLDER) / ".." / ".." / "wire" / "otlp" / "every_field.otlp.json"));
    REQUIRE(request);
    OtlpRoundTrip trip;
    REQUIRE(read_trace_request(*request, trip));
    StoredDocuments documents;
    for (const std::string& each : trip.documents) {
        // A call stands in two documents, one behind the other.
        const std::size_t end = each.find("}{\"trace_id\"");
        documents.add(each.substr(0, end == std::string::npos ? end : end + 1));
        if (end != std::string::npos) documents.add(each.substr(end + 1));
    }
    const Trace trace = documents.assemble();
    CHECK(documents.stored.documents.size() == 4);
    CHECK(Agreement(documents.stored, trace).check() == 3);
    const TraceSpans shown = spans_of_trace(documents.stored, trace);
    for (const OtlpTrace::Row& row : shown.spans.rows())
        if (row.span.name == "call") CHECK(to_hex(row.span.parent_id) == "00000000000000f1");
}

}  // namespace tomograph
