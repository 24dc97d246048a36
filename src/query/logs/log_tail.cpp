#include "query/logs/log_tail.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/log.h"

namespace tomograph {
namespace {

constexpr TimeRange any_time{Instant{std::numeric_limits<std::int64_t>::min()},
                             Instant{std::numeric_limits<std::int64_t>::max()}};

}  // namespace

Result<void> LogTail::watch(LogQuery query, Watcher watcher) {
    query.range = any_time;
    query.before = {};
    query.as_of = {};
    query.limit = log_tail_lines_max;
    query.after = Lsn{logs_.next().value - 1};
    auto state = state_.lock();
    if (state->watchers >= log_watchers_max)
        return Error(ErrorCode::unavailable,
                     fmt::format("{} follow the logs already", state->watchers));
    ++state->watchers;
    state->waiting.push_back({std::move(query), std::move(watcher)});
    return {};
}

void LogTail::tick() {
    {
        auto state = state_.lock();
        for (Watching& each : state->waiting) watching_.push_back(std::move(each));
        state->waiting.clear();
    }
    const std::size_t gone = std::erase_if(watching_, [&](Watching& each) {
        Tick tick;
        const auto page = logs_.find(each.query);
        if (!page) {
            log_warn("followed logs are not readable", {{"error", page.error()}});
            return !each.call({});
        }
        tick.lines.assign(page->lines.rbegin(), page->lines.rend());
        tick.has_lost = page->next.has_value();
        each.query.after = std::max(each.query.after, page->as_of);
        return !each.call(std::move(tick));
    });
    if (gone > 0) state_.lock()->watchers -= gone;
}

}  // namespace tomograph
