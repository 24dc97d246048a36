#include "demo/backfill.h"

#include <utility>
#include <vector>

#include "demo/limits.h"
#include "demo/traffic.h"

namespace tomograph::demo {
namespace {

class Batches {
 public:
    Batches(const BackfillOptions& options, const BatchSink& sink)
        : options_(options), sink_(sink) {}

    Result<void> add(std::string document) {
        batch_.push_back(std::move(document));
        if (batch_.size() == batch_documents) return flush();
        return {};
    }
    Result<void> flush() {
        if (batch_.empty()) return {};
        TRY(sink_(batch_));
        sent.documents += batch_.size();
        batch_.clear();
        if (options_.keep_going && !options_.keep_going(sent))
            return Error(ErrorCode::cancelled, "stopped before the end");
        return {};
    }

    Sent sent;

 private:
    const BackfillOptions& options_;
    const BatchSink& sink_;
    std::vector<std::string> batch_;
};

}  // namespace

Result<Sent> backfill(const BackfillOptions& options, const BatchSink& sink) {
    Random random(options.seed);
    Batches batches(options, sink);
    const double width = static_cast<double>((options.range.end - options.range.start).ns);
    const double step = width / static_cast<double>(options.traces);
    for (std::uint64_t i = 0; i < options.traces; ++i) {
        const double offset = (static_cast<double>(i) + random.fraction()) * step;
        const Instant start =
            options.range.start + Duration::nanoseconds(static_cast<std::int64_t>(offset));
        for (TimedDocument& document : generate_trace(random, start))
            TRY(batches.add(std::move(document.json)));
        ++batches.sent.traces;
    }
    TRY(batches.flush());
    return batches.sent;
}

}  // namespace tomograph::demo
