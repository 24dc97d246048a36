#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/ingest.h"
#include "api/limits.h"
#include "api/scripted_store.h"
#include "base/assert.h"
#include "base/base64.h"
#include "base/clock.h"
#include "wire/json/utf8.h"

using namespace tomograph;

namespace {

/// What came is kept or refused, all of it, and what is kept is a document.
void check(const Result<IngestOutcome>& outcome, const testing::ScriptedStore& store) {
    if (!outcome) {
        ASSERT(outcome.error().code() == ErrorCode::invalid);
        ASSERT(store.appends.empty());
        return;
    }
    std::size_t kept = 0;
    SegmentDecoder decoder;
    for (const std::vector<Document>& batch : store.appends) {
        kept += batch.size();
        for (const Document& document : batch) {
            const auto decoded = decoder.decode(document.bytes, std::nullopt);
            const auto* segment = std::get_if<Segment>(&decoded);
            ASSERT(segment != nullptr);
            ASSERT(segment->header() == document.header);
        }
    }
    ASSERT(outcome->kept == kept);
    ASSERT(outcome->rejections.size() == std::min(outcome->rejected, rejections_told_max));
    for (const Rejection& each : outcome->rejections) ASSERT(is_utf8(each.message));
}

class Fixture {
 public:
    void put(std::string_view document) {
        store_.appends.clear();
        int answers = 0;
        ingest_.put(std::span(&document, 1), IngestSource::udp,
                    [&](const Result<IngestOutcome>& outcome) {
                        ++answers;
                        check(outcome, store_);
                    });
        ASSERT(answers == 1);
    }
    void put_spans(std::string_view request) {
        store_.appends.clear();
        int answers = 0;
        ingest_.put_spans(request, IngestSource::otlp_grpc,
                          [&](const Result<IngestOutcome>& outcome) {
                              ++answers;
                              check(outcome, store_);
                          });
        ASSERT(answers == 1);
    }
    void check_counts() const {
        for (const bool with_exemplars : {false, true})
            ASSERT(is_utf8(spans_.to_text(with_exemplars)));
        for (const MetricSeries& each : spans_.to_batch(1, 10).series)
            ASSERT(each.points.size() == 1);
    }

 private:
    testing::ScriptedStore store_;
    ManualClock clock_{Instant::from_seconds(1'700'000'000)};
    MetricsRegistry registry_;
    SpanMetrics spans_{registry_};
    Ingest ingest_{store_, clock_, registry_, nullptr, &spans_};
};

}  // namespace

/// Bytes as a document of PutTraceSegments, as a request of OTLP, and as both that a document
/// holds: sampled spans and unsampled ones.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    Fixture fixture;
    fixture.put(bytes);
    fixture.put_spans(bytes);
    const std::string text = base64_encode(bytes);
    fixture.put("T1S" + text);
    fixture.put("T1U" + text);
    fixture.check_counts();
    return 0;
}
