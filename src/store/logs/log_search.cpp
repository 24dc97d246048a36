#include "store/logs/log_search.h"

#include <algorithm>
#include <map>
#include <optional>
#include <queue>

#include "column/value_filter.h"
#include "store/logs/limits.h"
#include "store/logs/part_reader.h"
#include "store/logs/words.h"

namespace tomograph {
namespace {

/// Something with lines, of which the newest is known: opened only when the page reaches it.
struct Candidate {
    Instant newest;
    const OpenBatch* batch = nullptr;
    std::shared_ptr<SignalPart> part;
    std::size_t group = 0;
    /// Nothing: the group is not opened yet, its blocks are not candidates of their own.
    std::optional<std::size_t> block;
    std::shared_ptr<const LogGroupHead> head;
};

struct IsOlder {
    bool operator()(const Candidate& a, const Candidate& b) const { return a.newest < b.newest; }
};

class LogSearch {
 public:
    LogSearch(const LogSources& sources, const LogQuery& query, const Clock& clock)
        : sources_(sources), query_(query), filter_(query), clock_(clock) {}

    Result<LogPage> run() {
        const Duration deadline = clock_.monotonic() + query_.budget.time;
        add_candidates();
        page_.oldest = query_.range.start;
        while (!candidates_.empty()) {
            Candidate next = candidates_.top();
            // All lines of the page are newer than what is left.
            if ((is_full() || dropped_) && next.newest < found_.begin()->first.time) break;
            if (const auto stop = why_stop(deadline)) {
                page_.stop = *stop;
                break;
            }
            candidates_.pop();
            if (next.batch != nullptr)
                TRY(take_batch(*next.batch));
            else if (next.block)
                TRY(keep(*next.part, take_block(next)));
            else
                TRY(keep(*next.part, open_group(next)));
        }
        finish();
        return std::move(page_);
    }

 private:
    bool is_full() const {
        return found_.size() >= query_.limit || found_bytes_ >= log_page_bytes_max;
    }

    std::optional<SearchStop> why_stop(Duration deadline) const {
        const SearchBudget& budget = query_.budget;
        if (budget.is_cancelled && budget.is_cancelled()) return SearchStop::cancelled;
        if (budget.time > Duration{} && clock_.monotonic() >= deadline) return SearchStop::time;
        return std::nullopt;
    }

    /// A damaged block costs its lines, not the answer.
    static Result<void> keep(const SignalPart& part, Result<void> done) {
        if (done || done.error().code() != ErrorCode::corrupt) return done;
        part.report_damage(done.error());
        return {};
    }

    bool is_outside(Instant oldest, Instant newest) const {
        if (newest < query_.range.start || oldest >= query_.range.end) return true;
        return query_.before && oldest > query_.before->time;
    }
    bool is_outside(const LogFacts& facts) const {
        return is_outside(facts.time_min, facts.time_max) || facts.lsn_max <= query_.after ||
               facts.severity_max < query_.severity_min;
    }

    void add_candidates() {
        for (const auto& batch : sources_.open) {
            if (batch->lsn_max <= sources_.view->through || batch->lsn_max <= query_.after)
                continue;
            if (is_outside(batch->time_min, batch->time_max)) continue;
            candidates_.push({.newest = batch->time_max,
                              .batch = batch.get(),
                              .part = nullptr,
                              .group = 0,
                              .block = std::nullopt,
                              .head = nullptr});
        }
        for (const auto& part : sources_.view->parts) {
            const PartFacts& facts = part->facts();
            if (is_outside(facts.start_min, facts.end_max) || facts.lsn_max <= query_.after)
                continue;
            const auto& groups = static_cast<const LogPartReader&>(part->content()).groups();
            for (std::size_t i = 0; i < groups.size(); ++i) {
                if (is_outside(groups[i].facts)) continue;
                candidates_.push({.newest = groups[i].facts.time_max,
                                  .batch = nullptr,
                                  .part = part,
                                  .group = i,
                                  .block = std::nullopt,
                                  .head = nullptr});
            }
        }
    }

    Result<void> open_group(const Candidate& group) {
        const auto& reader = static_cast<const LogPartReader&>(group.part->content());
        if (query_.trace || filter_.needs_texts()) {
            const LogGroupFilter known = TRY(reader.filter(group.group));
            if (query_.trace && (known.traces.empty() ||
                                 !column::may_contain(known.traces, filter_hash(*query_.trace))))
                return {};
            for (const std::string& needle : filter_.needles())
                if (!may_contain_needle(known.words, needle)) return {};
        }
        const auto head = TRY(reader.head(group.group));
        const bool has_stream =
            std::any_of(head->streams.begin(), head->streams.end(),
                        [&](const LogStream& stream) { return filter_.takes_stream(stream); });
        if (!has_stream) return {};
        for (std::size_t i = 0; i < head->blocks.size(); ++i) {
            if (is_outside(head->blocks[i])) continue;
            Candidate block = group;
            block.newest = head->blocks[i].time_max;
            block.block = i;
            block.head = head;
            candidates_.push(std::move(block));
        }
        return {};
    }

    Result<void> take_block(const Candidate& candidate) {
        const auto& reader = static_cast<const LogPartReader&>(candidate.part->content());
        LogBlock block =
            TRY(LogBlock::read(reader, candidate.group, *candidate.block, candidate.head));
        std::vector<bool> takes;
        for (const LogStream& stream : block.head().streams)
            takes.push_back(filter_.takes_stream(stream));
        page_.scanned += block.rows();
        // The newest of a block are behind: the page fills with lines that stay.
        for (std::size_t i = block.rows(); i-- > 0;) {
            LogRow row = block.row(i);
            if (!takes[row.stream] || !is_wanted(row)) continue;
            TRY(block.load(
                {.texts = filter_.needs_texts(), .attributes = filter_.needs_attributes()}));
            block.fill(i, row);
            const LogStream& stream = block.head().streams[row.stream];
            if (!filter_.matches(row, stream)) continue;
            TRY(block.load({}));
            block.fill(i, row);
            take(row, stream);
        }
        return {};
    }

    Result<void> take_batch(const OpenBatch& batch) {
        page_.scanned += batch.lines.size();
        // Those that came last are the newest as a rule: the page fills with lines that stay. Of
        // those that it has no room for one that may match is enough to know that there are more.
        for (auto at = batch.lines.rbegin(); at != batch.lines.rend(); ++at) {
            const OpenBatch::Line& line = *at;
            if (has_more_ && !has_room(line.place)) continue;
            if (line.place.lsn <= sources_.view->through) continue;
            if (!query_.range.contains(line.place.time) || line.place.lsn <= query_.after) continue;
            const LogStream& stream = batch.streams[line.stream];
            if (!filter_.takes_stream(stream)) continue;
            const LogRow row = TRY(batch.row(line));
            if (is_wanted(row) && filter_.matches(row, stream)) take(row, stream);
        }
        return {};
    }

    bool has_room(LogPlace place) const {
        // Below what was dropped for its size a smaller line would fit, and hide it.
        if (dropped_ && place < *dropped_) return false;
        return !is_full() || place > found_.begin()->first;
    }

    bool is_wanted(const LogRow& row) {
        if (row.place.lsn > sources_.as_of || !filter_.may_match(row)) return false;
        if (has_room(row.place)) return true;
        has_more_ = true;  // perhaps: its texts are not looked at
        return false;
    }

    void take(const LogRow& row, const LogStream& stream) {
        found_bytes_ += size_of(row, stream);
        found_.emplace(row.place, FoundLog{row.place, record_of(row), stream});
        // Always at least one, so that the next page gets further.
        while (found_.size() > query_.limit ||
               (found_.size() > 1 && found_bytes_ > log_page_bytes_max)) {
            const FoundLog& last = found_.begin()->second;
            found_bytes_ -= std::min(found_bytes_, last_size(last));
            dropped_ = last.place;
            found_.erase(found_.begin());
            has_more_ = true;
        }
    }

    static std::size_t size_of(const LogRow& row, const LogStream& stream) {
        return sizeof(FoundLog) + text_bytes(row) + stream.resource.size() + stream.scope.size();
    }
    static std::size_t last_size(const FoundLog& line) {
        const LogRecord& record = line.record;
        std::size_t bytes = sizeof(FoundLog) + record.severity_text.size() +
                            record.event_name.size() + record.body.size() +
                            line.stream.resource.size() + line.stream.scope.size();
        for (const LogAttribute& attribute : record.attributes)
            bytes += attribute.key.size() + attribute.value.size();
        return bytes;
    }

    void finish() {
        page_.as_of = sources_.as_of;
        const bool is_cut = page_.stop != SearchStop::none;
        // What was not looked at may have lines above the oldest found: those are left to the next
        // page as well.
        Instant looked_at = query_.range.start;
        if (is_cut && !candidates_.empty())
            looked_at = std::max(looked_at, candidates_.top().newest + Duration{1});
        while (is_cut && !found_.empty() && found_.begin()->first.time < looked_at)
            found_.erase(found_.begin());
        for (auto line = found_.rbegin(); line != found_.rend(); ++line)
            page_.lines.push_back(std::move(line->second));
        if (is_cut) {
            page_.oldest = looked_at;
            page_.next = LogPlace{.time = looked_at, .lsn = {}, .index = 0};
            if (query_.before) page_.next = std::min(*page_.next, *query_.before);
        } else if (!page_.lines.empty() && (has_more_ || (is_full() && !candidates_.empty()))) {
            page_.next = page_.lines.back().place;
            page_.oldest = page_.next->time;
        }
    }

    const LogSources& sources_;
    const LogQuery& query_;
    LogFilter filter_;
    const Clock& clock_;
    std::priority_queue<Candidate, std::vector<Candidate>, IsOlder> candidates_;
    std::map<LogPlace, FoundLog> found_;  ///< the newest so far
    std::size_t found_bytes_ = 0;
    std::optional<LogPlace> dropped_;  ///< the newest that was found and did not fit
    bool has_more_ = false;
    LogPage page_;
};

}  // namespace

Result<LogPage> search_logs(const LogSources& sources, const LogQuery& query, const Clock& clock) {
    return LogSearch(sources, query, clock).run();
}

}  // namespace tomograph
