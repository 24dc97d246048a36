#include "store/part/rollup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/bytes.h"
#include "store/part/arithmetic.h"
#include "store/part/limits.h"
#include "store/part/rollup_format_1.h"
#include "store/part/rollup_stretches.h"

namespace tomograph {
namespace {

constexpr std::int64_t ns_per_minute = 60'000'000'000;
constexpr std::size_t texts_per_key = 6;
constexpr std::size_t texts_per_cell = texts_per_key + 1;
constexpr std::size_t varint_bytes_max = 10;
constexpr std::size_t histogram_buckets_max = LatencyHistogram::bucket_last + 1;

// A block of the first layout begins with its number of texts, which was never 0.
constexpr std::uint8_t not_format_1 = 0;
constexpr std::uint8_t block_format = 2;

enum Column : std::size_t {
    minutes,
    presences,
    roots,
    inferred,
    starts,
    ends,
    oks,
    errors,
    throttles,
    faults,
    response_times,
    aliases,
    response_time_buckets,
    duration_buckets,
    bucket_steps,
    counts,
    column_count,
};

std::array<const std::string*, texts_per_key> texts_of(const RollupKey& key) {
    return {&key.source.name, &key.source.type, &key.source.account_id,
            &key.target.name, &key.target.type, &key.target.account_id};
}

class BlockBuilder {
 public:
    explicit BlockBuilder(const RollupTable& table) : table_(table) {}

    void add(const RollupSeries& series, const RollupRow& row) {
        if (series_ != &series) begin(series);
        ++rows_;
        put(minutes, wrapping_difference(row.minute, minute_));
        minute_ = row.minute;
        put(presences, row.presence);
        put(roots, row.roots);
        put(inferred, row.inferred);
        const std::int64_t minute_start = wrapping_product(row.minute, ns_per_minute);
        put(starts, wrapping_difference(row.first_start_ns, minute_start));
        put(ends, wrapping_difference(row.last_end_ns, row.first_start_ns));
        put(oks, row.ok);
        put(errors, row.error);
        put(throttles, row.throttle);
        put(faults, row.fault);
        put(response_times, row.response_time_ns);
        put_unsigned(aliases, code_of(table_.aliases[row.alias]));
        put_unsigned(response_time_buckets, row.response_time_buckets);
        put_unsigned(duration_buckets, row.duration_buckets);
        histogram(row.buckets_begin, row.response_time_buckets);
        histogram(row.buckets_begin + row.response_time_buckets, row.duration_buckets);
    }

    bool is_empty() const { return series_ == nullptr; }
    bool is_full() const {
        std::size_t bytes = keys_.size() + text_bytes_;
        for (const std::string& column : columns_) bytes += column.size();
        return bytes >= rollup_block_bytes || expanded_bytes_ >= rollup_block_text_bytes;
    }

    std::string finish() {
        end_series();
        std::string block;
        ByteWriter writer(block);
        writer.fixed(not_format_1);
        writer.fixed(block_format);
        writer.varint(texts_.size());
        for (const std::string_view text : texts_) writer.text(text);
        writer.varint(series_count_);
        writer.raw(keys_);
        for (const std::string& column : columns_) writer.text(column);
        return block;
    }

 private:
    void put(Column column, std::int64_t value) {
        ByteWriter(columns_[column]).signed_varint(value);
    }
    void put_unsigned(Column column, std::uint64_t value) {
        ByteWriter(columns_[column]).varint(value);
    }

    void begin(const RollupSeries& series) {
        end_series();
        series_ = &series;
        minute_ = 0;
        ++series_count_;
        ByteWriter writer(keys_);
        writer.varint(series.key.group.value);
        writer.fixed(static_cast<std::uint8_t>(series.key.entry));
        for (const std::string* text : texts_of(series.key)) writer.varint(code_of(*text));
    }
    void end_series() {
        if (series_ != nullptr) ByteWriter(keys_).varint(rows_);
        rows_ = 0;
    }

    std::uint64_t code_of(std::string_view text) {
        expanded_bytes_ += text.size();
        const auto [place, is_new] = codes_.try_emplace(text, texts_.size());
        if (is_new) {
            texts_.push_back(text);
            text_bytes_ += text.size() + 1;
        }
        return place->second;
    }

    void histogram(std::size_t begin, std::size_t size) {
        LatencyHistogram::Bucket last = 0;
        for (std::size_t i = begin; i < begin + size; ++i) {
            put_unsigned(bucket_steps, static_cast<std::uint64_t>(table_.buckets[i] - last));
            put(counts, table_.counts[i]);
            last = table_.buckets[i];
        }
    }

    const RollupTable& table_;
    const RollupSeries* series_ = nullptr;
    std::uint64_t series_count_ = 0;
    std::uint64_t rows_ = 0;  // of the series
    std::int64_t minute_ = 0;
    std::vector<std::string_view> texts_;  // of the table, which outlives the block
    std::unordered_map<std::string_view, std::uint64_t> codes_;
    std::size_t text_bytes_ = 0;
    std::size_t expanded_bytes_ = 0;
    std::string keys_;
    std::array<std::string, column_count> columns_;
};

Result<void> check_text(const std::string& text) {
    if (text.size() <= rollup_text_bytes_max) return {};
    return Error(ErrorCode::limit, fmt::format("rollup: a name of {} bytes, at most {}",
                                               text.size(), rollup_text_bytes_max));
}

Error damaged(const char* what) {
    return Error(ErrorCode::corrupt, fmt::format("rollup: {}", what));
}

/// Reads one column. Six hours are twenty million numbers of mostly one byte: the short way must be
/// inlined.
class ColumnCursor {
 public:
    ColumnCursor() = default;
    explicit ColumnCursor(std::string_view bytes)
        : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    std::uint64_t varint() {
        if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80)
            return static_cast<unsigned char>(*at_++);
        return long_varint();
    }
    std::int64_t signed_varint() {
        const std::uint64_t value = varint();
        return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
    }
    /// `count` numbers, each given to `take` in its turn: eight at a time while all are short.
    template <class Take>
    void varints(std::size_t count, const Take& take) {
        constexpr std::uint64_t long_bits = 0x8080'8080'8080'8080;
        std::size_t i = 0;
        while (i < count) {
            std::uint64_t eight = long_bits;
            if (count - i >= sizeof eight && remaining() >= sizeof eight)
                std::memcpy(&eight, at_, sizeof eight);
            if ((eight & long_bits) == 0) {
                for (std::size_t k = 0; k < sizeof eight; ++k)
                    take(i + k, std::uint64_t{static_cast<unsigned char>(at_[k])});
                at_ += sizeof eight;
                i += sizeof eight;
            } else {
                take(i, varint());
                ++i;
            }
        }
    }
    /// Passes `count` numbers over: each ends with a byte below 0x80.
    void skip(std::uint64_t count) {
        constexpr std::uint64_t long_bits = 0x8080'8080'8080'8080;
        while (count >= sizeof(std::uint64_t) && remaining() >= sizeof(std::uint64_t)) {
            std::uint64_t eight = 0;
            std::memcpy(&eight, at_, sizeof eight);
            const std::uint64_t ends = (~eight & long_bits) >> 7;
            count -= (ends * 0x0101'0101'0101'0101) >> 56;
            at_ += sizeof eight;
        }
        // A number that the eight bytes cut ends in what follows, and was not counted.
        while (count > 0 && at_ != end_)
            if (static_cast<unsigned char>(*at_++) < 0x80) --count;
        failed_ |= count > 0;
    }
    std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }
    bool failed() const { return failed_; }

 private:
    std::uint64_t long_varint() {
        if (remaining() < varint_bytes_max) return last_varint();
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 56; shift += 7) {
            const auto byte = static_cast<unsigned char>(*at_++);
            value |= std::uint64_t{byte & 0x7fu} << shift;
            if (byte < 0x80) return value;
        }
        at_ -= 8;
        return last_varint();
    }
    /// Near the end, or of nine bytes and more, as hardly any is.
    std::uint64_t last_varint() {
        ByteReader reader({at_, remaining()});
        const std::uint64_t value = reader.varint();
        failed_ |= reader.failed();
        at_ = end_ - reader.remaining();
        return value;
    }

    const char* at_ = nullptr;
    const char* end_ = nullptr;
    bool failed_ = false;
};

/// Gives the rows to a RollupTableBuilder, or to who takes them like one.
template <class Builder>
class BlockDecoder {
 public:
    BlockDecoder(std::string_view block, Builder& builder) : reader_(block), builder_(builder) {}

    Result<void> run() {
        reader_.fixed<std::uint8_t>();
        if (reader_.fixed<std::uint8_t>() != block_format)
            return damaged("a block of an unknown layout");
        const std::uint64_t texts = reader_.varint();
        if (texts > reader_.remaining()) return damaged("number of texts");
        for (std::uint64_t i = 0; i < texts; ++i) texts_.push_back(reader_.text());
        std::vector<Series> all;
        TRY(read_series(all));
        for (ColumnCursor& column : columns_) column = ColumnCursor(reader_.text());
        if (reader_.failed() || reader_.remaining() != 0)
            return damaged("columns do not fill the block");
        if (std::ranges::none_of(all, [&](const Series& series) { return wants(series.key); }))
            return {};
        // One byte of a column is at least one row, or one bucket.
        builder_.expect(columns_[minutes].remaining(), columns_[bucket_steps].remaining());
        for (Series& series : all) TRY(read_rows(series));
        for (const ColumnCursor& column : columns_)
            if (column.remaining() != 0) return damaged("a column is longer than its rows");
        return {};
    }

 private:
    struct Series {
        RollupKey key;
        std::uint64_t rows;
    };

    Result<void> read_series(std::vector<Series>& all) {
        const std::uint64_t count = reader_.varint();
        if (count > reader_.remaining()) return damaged("number of series");
        for (std::uint64_t i = 0; i < count; ++i) {
            Series series;
            const std::uint64_t group = reader_.varint();
            if (group > std::numeric_limits<std::uint32_t>::max()) return damaged("a group");
            series.key.group = {static_cast<std::uint32_t>(group)};
            series.key.entry = static_cast<GraphEntry>(reader_.fixed<std::uint8_t>());
            if (series.key.entry > GraphEntry::link) return damaged("an entry of unknown kind");
            for (ServiceKey* service : {&series.key.source, &series.key.target}) {
                service->name = text(reader_.varint());
                service->type = text(reader_.varint());
                service->account_id = text(reader_.varint());
            }
            series.rows = reader_.varint();
            if (reader_.failed() || bad_text_) return damaged("a key is cut short or has no text");
            if (series.rows == 0) return damaged("a key without rows");
            all.push_back(std::move(series));
        }
        return {};
    }

    bool wants(const RollupKey& key) const {
        if constexpr (requires { builder_.wants(key); }) return builder_.wants(key);
        return true;
    }

    Result<void> skip_rows(const Series& series) {
        for (std::size_t column = minutes; column <= aliases; ++column)
            columns_[column].skip(series.rows);
        std::uint64_t buckets = 0;
        for (const Column sizes : {response_time_buckets, duration_buckets})
            columns_[sizes].varints(series.rows,
                                    [&](std::size_t, std::uint64_t size) { buckets += size; });
        columns_[bucket_steps].skip(buckets);
        columns_[counts].skip(buckets);
        if (has_failed_column()) return damaged("a column is shorter than its rows");
        return {};
    }

    Result<void> read_rows(Series& series) {
        if (series.rows > columns_[minutes].remaining()) return damaged("number of rows");
        if (!wants(series.key)) return skip_rows(series);
        if (!builder_.begin_series(std::move(series.key))) return damaged("keys out of order");
        std::int64_t minute = 0;
        for (std::uint64_t i = 0; i < series.rows; ++i) {
            RollupRow row;
            row.minute = minute = wrapping_sum(minute, columns_[minutes].signed_varint());
            row.presence = columns_[presences].signed_varint();
            row.roots = columns_[roots].signed_varint();
            row.inferred = columns_[inferred].signed_varint();
            row.first_start_ns = wrapping_sum(wrapping_product(minute, ns_per_minute),
                                              columns_[starts].signed_varint());
            row.last_end_ns = wrapping_sum(row.first_start_ns, columns_[ends].signed_varint());
            row.ok = columns_[oks].signed_varint();
            row.error = columns_[errors].signed_varint();
            row.throttle = columns_[throttles].signed_varint();
            row.fault = columns_[faults].signed_varint();
            row.response_time_ns = columns_[response_times].signed_varint();
            const std::string_view alias = text(columns_[aliases].varint());
            buckets_size_ = 0;
            TRY(histogram(response_time_buckets, row.response_time_buckets));
            TRY(histogram(duration_buckets, row.duration_buckets));
            if (bad_text_) return damaged("a cell has no text");
            if (!builder_.add(row,
                              {.buckets = std::span(buckets_).first(buckets_size_),
                               .counts = std::span(counts_).first(buckets_size_)},
                              alias))
                return damaged("minutes out of order");
        }
        // Once for all: a column at its end gives zeros, and the first bounds the number of rows.
        if (has_failed_column()) return damaged("a column is shorter than its rows");
        return {};
    }

    bool has_failed_column() const {
        return std::ranges::any_of(columns_,
                                   [](const ColumnCursor& column) { return column.failed(); });
    }

    Result<void> histogram(Column sizes, std::uint16_t& size) {
        const std::uint64_t buckets = columns_[sizes].varint();
        if (buckets > histogram_buckets_max) return damaged("number of buckets");
        size = static_cast<std::uint16_t>(buckets);
        // Both loops without a branch, or six hours take twice as long. A step that is too large
        // must not wrap to a bucket that seems right.
        std::uint64_t bucket = 0;
        bool is_ordered = true;
        LatencyHistogram::Bucket* const its_buckets = &buckets_[buckets_size_];
        columns_[bucket_steps].varints(buckets, [&](std::size_t i, std::uint64_t step) {
            is_ordered &= (i == 0 || step != 0) & (step <= LatencyHistogram::bucket_last);
            bucket += step;
            its_buckets[i] = static_cast<LatencyHistogram::Bucket>(bucket);
        });
        if (!is_ordered || bucket > LatencyHistogram::bucket_last)
            return damaged("buckets out of order");
        std::int64_t* const its_counts = &counts_[buckets_size_];
        columns_[counts].varints(buckets, [&](std::size_t i, std::uint64_t count) {
            its_counts[i] =
                static_cast<std::int64_t>(count >> 1) ^ -static_cast<std::int64_t>(count & 1);
        });
        buckets_size_ += buckets;
        return {};
    }

    std::string_view text(std::uint64_t code) {
        if (code >= texts_.size() || texts_[code].size() > rollup_text_bytes_max ||
            expanded_bytes_ >= rollup_block_text_bytes + texts_per_cell * rollup_text_bytes_max) {
            bad_text_ = true;
            return {};
        }
        expanded_bytes_ += texts_[code].size();
        return texts_[code];
    }

    ByteReader reader_;
    Builder& builder_;
    std::vector<std::string_view> texts_;
    std::array<ColumnCursor, column_count> columns_;
    // Of one cell: its response_time, then its duration. The last place is never used: it is where
    // an empty duration after a full response_time points to.
    std::array<LatencyHistogram::Bucket, 2 * histogram_buckets_max + 1> buckets_;
    std::array<std::int64_t, 2 * histogram_buckets_max + 1> counts_;
    std::size_t buckets_size_ = 0;
    std::size_t expanded_bytes_ = 0;
    bool bad_text_ = false;
};

bool is_format_1(std::string_view block) { return !block.empty() && block.front() != not_format_1; }

}  // namespace

Result<std::vector<std::string>> encode_rollup(const RollupTable& table) {
    for (const std::string& alias : table.aliases) TRY(check_text(alias));
    std::vector<std::string> blocks;
    std::optional<BlockBuilder> builder(std::in_place, table);
    for (const RollupSeries& series : table.series) {
        for (const std::string* text : texts_of(series.key)) TRY(check_text(*text));
        for (std::uint32_t row = series.rows_begin; row < series.rows_end; ++row) {
            builder->add(series, table.rows[row]);
            if (!builder->is_full()) continue;
            blocks.push_back(builder->finish());
            builder.emplace(table);
        }
    }
    if (!builder->is_empty()) blocks.push_back(builder->finish());
    return blocks;
}

Result<std::vector<std::string>> encode_rollup(const GraphRollup& rollup) {
    return encode_rollup(table_of(rollup));
}

namespace {

template <class Builder>
Result<RollupTable> decode_into(Builder builder, std::span<const std::string> blocks) {
    GraphRollup cells;
    for (const std::string& block : blocks) {
        if (is_format_1(block))
            TRY(decode_rollup_block_1(block, cells));
        else
            TRY(BlockDecoder(block, builder).run());
    }
    RollupTable table = std::move(builder).finish();
    if (cells.cells.empty()) return table;
    if (!table.rows.empty()) return damaged("blocks of two layouts");
    return table_of(cells);
}

}  // namespace

Result<RollupTable> decode_rollup(std::span<const std::string> blocks, const StretchRead* read) {
    if (read != nullptr) return decode_into(StretchSums(*read), blocks);
    return decode_into(RollupTableBuilder(), blocks);
}

Result<RollupTable> read_rollup(const PartBlockReader& part, const RollupRead& read) {
    std::vector<std::string> blocks;
    for (std::uint32_t index = 0; index < part.blocks(PartSection::rollup); ++index) {
        auto block = part.read(PartSection::rollup, index);
        if (block)
            blocks.push_back(std::move(*block));
        else if (read.damage != nullptr && is_damage(block.error()))
            *read.damage = block.error();
        else
            return std::move(block).error();
    }
    auto table = decode_rollup(blocks, read.sums);
    if (!table) return std::move(table).error().within(part.path());
    return table;
}

}  // namespace tomograph
