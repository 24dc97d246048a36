#include "store/logs/write_lines.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "store/logs/limits.h"
#include "store/logs/part_reader.h"
#include "store/logs/part_writer.h"
#include "store/signal/signal_limits.h"

namespace tomograph {
namespace {

constexpr std::int64_t day_seconds = 86'400;

/// A line to be written, wherever its texts are.
struct LineKey {
    LogPlace place;
    std::uint32_t source = 0;  ///< batch, or block
    std::uint32_t line = 0;
    const LogStream* stream = nullptr;
};

/// Within a second the lines of a stream stand together: they are alike.
void sort_lines(std::vector<LineKey>& lines) {
    std::sort(lines.begin(), lines.end(), [](const LineKey& a, const LineKey& b) {
        const std::int64_t second_a = a.place.time.second();
        const std::int64_t second_b = b.place.time.second();
        if (second_a != second_b) return second_a < second_b;
        if (a.stream != b.stream && *a.stream != *b.stream) return *a.stream < *b.stream;
        return a.place < b.place;
    });
}

/// What retention goes by, and what the part's day is.
std::int64_t kept_second(Instant time, Instant received) {
    return std::clamp(time, received - signal_past_max, received + signal_future_max).second();
}

struct DayLines {
    std::vector<LineKey> lines;
    std::int64_t second_min = 0;
    std::int64_t second_max = 0;
};

Result<PartFacts> write_day(PartBlockWriter& out, const OpenBatches& batches, DayLines day) {
    sort_lines(day.lines);
    LogPartWriter writer(out);
    for (const LineKey& key : day.lines) {
        const OpenBatch& batch = *batches[key.source];
        const LogRow row = TRY(batch.row(batch.lines[key.line]));
        TRY(writer.add(row, *key.stream));
        if (writer.is_group_full()) TRY(writer.end_group());
    }
    PartFacts facts = TRY(writer.finish());
    facts.second_min = day.second_min;
    facts.second_max = day.second_max;
    return facts;
}

/// Small groups, decoded until they are written together.
class SmallGroups {
 public:
    explicit SmallGroups(LogPartWriter& writer) : writer_(writer) {}

    Result<void> add(const LogPartReader& part, std::size_t group) {
        const auto head = TRY(part.head(group));
        for (std::size_t i = 0; i < head->blocks.size(); ++i) {
            LogBlock block = TRY(LogBlock::read(part, group, i, head));
            TRY(block.load({}));
            rows_ += block.rows();
            blocks_.push_back(std::move(block));
        }
        return rows_ >= log_group_rows ? write() : Result<void>();
    }

    Result<void> write() {
        std::vector<LineKey> lines;
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            for (std::size_t k = 0; k < blocks_[i].rows(); ++k) {
                const LogRow row = blocks_[i].row(k);
                lines.push_back({.place = row.place,
                                 .source = static_cast<std::uint32_t>(i),
                                 .line = static_cast<std::uint32_t>(k),
                                 .stream = &blocks_[i].head().streams[row.stream]});
            }
        }
        sort_lines(lines);
        for (const LineKey& key : lines) {
            LogRow row = blocks_[key.source].row(key.line);
            blocks_[key.source].fill(key.line, row);
            TRY(writer_.add(row, *key.stream));
            if (writer_.is_group_full()) TRY(writer_.end_group());
        }
        blocks_.clear();
        rows_ = 0;
        return writer_.end_group();
    }

 private:
    LogPartWriter& writer_;
    std::vector<LogBlock> blocks_;
    std::size_t rows_ = 0;
};

Result<PartFacts> write_merged(PartBlockWriter& out,
                               const std::vector<std::shared_ptr<SignalPart>>& parts) {
    LogPartWriter writer(out);
    SmallGroups small(writer);
    PartFacts kept;
    bool is_first = true;
    for (const auto& part : parts) {
        const auto& reader = static_cast<const LogPartReader&>(part->content());
        for (std::size_t i = 0; i < reader.groups().size(); ++i) {
            const bool is_small = reader.groups()[i].facts.rows < log_group_copy_rows_min;
            auto added = is_small ? small.add(reader, i) : writer.copy_group(reader, i);
            if (!added) {
                if (added.error().code() == ErrorCode::corrupt) part->report_damage(added.error());
                return std::move(added).error();
            }
        }
        const PartFacts& facts = part->facts();
        kept.second_min = is_first ? facts.second_min : std::min(kept.second_min, facts.second_min);
        kept.second_max = is_first ? facts.second_max : std::max(kept.second_max, facts.second_max);
        is_first = false;
    }
    TRY(small.write());
    PartFacts facts = TRY(writer.finish());
    facts.second_min = kept.second_min;
    facts.second_max = kept.second_max;
    return facts;
}

}  // namespace

std::vector<SignalPartPlan> parts_of_batches(const OpenBatches& batches) {
    std::map<std::int64_t, DayLines> days;
    for (std::size_t i = 0; i < batches.size(); ++i) {
        const OpenBatch& batch = *batches[i];
        for (std::size_t k = 0; k < batch.lines.size(); ++k) {
            const OpenBatch::Line& line = batch.lines[k];
            const std::int64_t second = kept_second(line.place.time, batch.received_max);
            DayLines& day = days[Instant::from_seconds(second).second() / day_seconds];
            day.second_min = day.lines.empty() ? second : std::min(day.second_min, second);
            day.second_max = day.lines.empty() ? second : std::max(day.second_max, second);
            day.lines.push_back({.place = line.place,
                                 .source = static_cast<std::uint32_t>(i),
                                 .line = static_cast<std::uint32_t>(k),
                                 .stream = &batch.streams[line.stream]});
        }
    }
    std::vector<SignalPartPlan> plans;
    for (auto& [day, lines] : days)
        plans.push_back({.second = lines.second_min,
                         .write = [batches, its = std::move(lines)](PartBlockWriter& out) {
                             return write_day(out, batches, its);
                         }});
    return plans;
}

SignalPartPlan part_of_parts(std::vector<std::shared_ptr<SignalPart>> parts) {
    const std::int64_t second = parts.front()->facts().second_min;
    return {.second = second, .write = [its = std::move(parts)](PartBlockWriter& out) {
                return write_merged(out, its);
            }};
}

}  // namespace tomograph
