#pragma once

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "model/document.h"
#include "model/segment_outline.h"
#include "store/store_fixture.h"
#include "wire/otlp/random_request.h"
#include "wire/otlp/span_documents.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph::testing {

/// What a store is given when OTLP requests come: their documents, as ingest makes them.
class RandomSpans {
 public:
    /// traces   of all spans but a few odd ones, which are refused
    /// seconds  after test_second, within which they start
    RandomSpans(std::uint64_t seed, const std::vector<TraceId>& traces, std::uint64_t seconds)
        : seed_(seed * 1'000'000) {
        for (const TraceId trace : traces) few_.traces.push_back(bytes_of(trace));
        few_.start_ns = static_cast<std::uint64_t>(test_second) * 1'000'000'000;
        few_.spread_ns = seconds * 1'000'000'000;
    }

    /// Those of the next request that has any.
    std::vector<Document> next() {
        Documents made;
        while (made.all.empty()) {
            const std::string request = RandomRequest(seed_++, few_).make();
            REQUIRE(read_trace_request(request, made));
        }
        return std::move(made.all);
    }

 private:
    static std::string bytes_of(TraceId id) {
        std::string bytes;
        for (const std::uint64_t half : {id.high, id.low})
            for (int shift = 56; shift >= 0; shift -= 8)
                bytes += static_cast<char>(half >> shift & 0xff);
        return bytes;
    }

    struct Documents final : SpanSink {
        void begin(const WireResource& its, const WireScope& scope) override {
            resource = &its;
            maker.begin(its, scope);
        }
        void take(const WireSpan& span) override {
            auto pair = maker.of(span, *resource, {.now = Instant::from_seconds(test_second)});
            if (!pair) return;
            if (keep(pair->first) && !pair->second.json.empty()) keep(pair->second);
        }
        bool keep(SpanDocuments::Made& made) {
            Document document{.header = {}, .bytes = std::string(made.json), .outline = {}};
            if (made.read) {
                document.header = made.read->header;
                document.outline = std::move(made.read->outline);
            } else {
                auto decoded = decoder.decode(document.bytes, std::nullopt);
                const auto* segment = std::get_if<Segment>(&decoded);
                if (segment == nullptr) return false;
                document.header = segment->header();
                document.outline = pack_outline(*segment);
            }
            all.push_back(std::move(document));
            return true;
        }

        SpanDocuments maker;
        SegmentDecoder decoder;
        const WireResource* resource = nullptr;
        std::vector<Document> all;
    };

    std::uint64_t seed_;
    FewIds few_;
};

}  // namespace tomograph::testing
