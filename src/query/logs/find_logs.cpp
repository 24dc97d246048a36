#include "query/logs/find_logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace tomograph {
namespace {

constexpr Duration clock_difference_max = Duration::minutes(5);
constexpr Duration unknown_trace_range = Duration::hours(24);
/// A trace's lines may be that much older than the second that its id claims.
constexpr Duration claimed_range = Duration::hours(1);

/// time, lsn and index of the last line, and the moment of the first page; in hexadecimal.
using TokenNumbers = std::array<std::uint64_t, 4>;

std::string token_of(const LogPage& page) {
    if (!page.next) return {};
    return fmt::format("{:x}-{:x}-{:x}-{:x}", static_cast<std::uint64_t>(page.next->time.ns),
                       page.next->lsn.value, page.next->index, page.as_of.value);
}

std::optional<TokenNumbers> numbers_of(std::string_view token) {
    TokenNumbers numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const char* end = token.data() + token.size();
        const auto [at, error] = std::from_chars(token.data(), end, numbers[i], 16);
        if (error != std::errc{}) return std::nullopt;
        token.remove_prefix(static_cast<std::size_t>(at - token.data()));
        const bool is_last = i + 1 == numbers.size();
        if (is_last ? !token.empty() : !token.starts_with('-')) return std::nullopt;
        if (!is_last) token.remove_prefix(1);
    }
    return numbers;
}

}  // namespace

Result<FoundLogs> find_logs(LogStore& logs, FindLogsRequest request) {
    if (!request.token.empty()) {
        const auto numbers = numbers_of(request.token);
        if (!numbers || (*numbers)[2] > std::numeric_limits<std::uint32_t>::max())
            return Error(ErrorCode::invalid, "NextToken is none that this server gave");
        request.query.before = LogPlace{.time = {static_cast<std::int64_t>((*numbers)[0])},
                                        .lsn = {(*numbers)[1]},
                                        .index = static_cast<std::uint32_t>((*numbers)[2])};
        request.query.as_of = Lsn{(*numbers)[3]};
    }
    FoundLogs found;
    found.page = TRY(logs.find(request.query));
    found.token = token_of(found.page);
    return found;
}

Result<TimeRange> log_range_of_trace(TraceStore& traces, TraceId id, Instant now) {
    const auto known = TRY(traces.get(std::span(&id, 1)));
    std::optional<TimeRange> range;
    for (const StoredTrace& trace : known) {
        for (const StoredDocument& stored : trace.documents) {
            const SegmentHeader& header = stored.document.header;
            const Instant end = header.in_progress ? now : header.end;
            if (!range) range = {header.start, end};
            range->start = std::min(range->start, header.start);
            range->end = std::max(range->end, end);
        }
    }
    if (range)
        return TimeRange{range->start - clock_difference_max, range->end + clock_difference_max};
    // A random id claims some second as well, in the last ten years one of fourteen, and its lines
    // are of today: so until now, whatever is claimed. Filters of trace ids make it cheap.
    Instant start = now - unknown_trace_range;
    const Instant claimed = Instant::from_seconds(id.claimed_second());
    if (claimed > now - Duration::days(3650)) start = std::min(start, claimed - claimed_range);
    return TimeRange{start, now + clock_difference_max};
}

}  // namespace tomograph
