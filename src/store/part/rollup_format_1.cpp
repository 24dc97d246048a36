#include "store/part/rollup_format_1.h"

#include <fmt/format.h>

#include <limits>
#include <vector>

#include "base/bytes.h"
#include "store/part/arithmetic.h"
#include "store/part/limits.h"

namespace tomograph {
namespace {

constexpr std::int64_t ns_per_minute = 60'000'000'000;
constexpr std::size_t texts_per_cell = 7;

Error damaged(const char* what) {
    return Error(ErrorCode::corrupt, fmt::format("rollup: {}", what));
}

class BlockDecoder {
 public:
    explicit BlockDecoder(std::string_view block) : reader_(block) {}

    Result<void> run(GraphRollup& rollup) {
        const std::uint64_t texts = reader_.varint();
        if (texts > reader_.remaining()) return damaged("number of texts");
        for (std::uint64_t i = 0; i < texts; ++i) texts_.push_back(reader_.text());
        const std::uint64_t cells = reader_.varint();
        if (cells > reader_.remaining()) return damaged("number of cells");
        for (std::uint64_t i = 0; i < cells; ++i) TRY(cell(rollup));
        if (reader_.failed() || reader_.remaining() != 0)
            return damaged("cells do not fill the block");
        return {};
    }

 private:
    Result<void> cell(GraphRollup& rollup) {
        GraphKey key;
        minute_ = wrapping_sum(minute_, reader_.signed_varint());
        key.minute = minute_;
        key.entry = static_cast<GraphEntry>(reader_.fixed<std::uint8_t>());
        if (key.entry > GraphEntry::link) return damaged("an entry of unknown kind");
        key.source = service();
        key.target = service();
        GraphCell cell;
        cell.alias = text();
        const std::int64_t minute_start = wrapping_product(key.minute, ns_per_minute);
        cell.presence = reader_.signed_varint();
        cell.roots = reader_.signed_varint();
        cell.inferred = reader_.signed_varint();
        cell.first_start.ns = wrapping_sum(minute_start, reader_.signed_varint());
        cell.last_end.ns = wrapping_sum(minute_start, reader_.signed_varint());
        TRY(statistics(cell.statistics));
        if (reader_.failed() || bad_text_) return damaged("a cell is cut short or names no text");
        if (!rollup.cells.try_emplace(std::move(key), std::move(cell)).second)
            return damaged("a cell comes twice");
        return {};
    }

    std::string text() {
        const std::uint64_t code = reader_.varint();
        if (code >= texts_.size() || texts_[code].size() > rollup_text_bytes_max ||
            expanded_bytes_ >= rollup_block_text_bytes + texts_per_cell * rollup_text_bytes_max) {
            bad_text_ = true;
            return {};
        }
        expanded_bytes_ += texts_[code].size();
        return std::string(texts_[code]);
    }

    ServiceKey service() {
        ServiceKey key;
        key.name = text();
        key.type = text();
        key.account_id = text();
        return key;
    }

    Result<void> histogram(LatencyHistogram& histogram) {
        const std::uint64_t buckets = reader_.varint();
        if (buckets > reader_.remaining()) return damaged("number of buckets");
        std::uint64_t bucket = 0;
        for (std::uint64_t i = 0; i < buckets; ++i) {
            const std::uint64_t step = reader_.varint();
            const std::int64_t count = reader_.signed_varint();
            if (step > std::numeric_limits<LatencyHistogram::Bucket>::max() - bucket ||
                (i > 0 && step == 0))
                return damaged("buckets out of order");
            bucket += step;
            if (bucket > LatencyHistogram::bucket_last) return damaged("a bucket of no latency");
            histogram.add_bucket(static_cast<LatencyHistogram::Bucket>(bucket), count);
        }
        return {};
    }

    Result<void> statistics(RequestStatistics& statistics) {
        statistics.ok = reader_.signed_varint();
        statistics.error = reader_.signed_varint();
        statistics.throttle = reader_.signed_varint();
        statistics.fault = reader_.signed_varint();
        statistics.response_time_ns = reader_.signed_varint();
        TRY(histogram(statistics.response_time));
        TRY(histogram(statistics.duration));
        return {};
    }

    ByteReader reader_;
    std::vector<std::string_view> texts_;
    std::int64_t minute_ = 0;
    std::size_t expanded_bytes_ = 0;
    bool bad_text_ = false;
};

}  // namespace

Result<void> decode_rollup_block_1(std::string_view block, GraphRollup& rollup) {
    return BlockDecoder(block).run(rollup);
}

}  // namespace tomograph
