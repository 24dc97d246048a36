#include "store/logs/open_logs.h"

#include <algorithm>
#include <map>

#include "store/logs/limits.h"

namespace tomograph {
namespace {

void widen(OpenBatch& batch, const OpenBatch& other) {
    const bool is_first = batch.lines.empty();
    batch.lsn_min = is_first ? other.lsn_min : std::min(batch.lsn_min, other.lsn_min);
    batch.lsn_max = is_first ? other.lsn_max : std::max(batch.lsn_max, other.lsn_max);
    batch.time_min = is_first ? other.time_min : std::min(batch.time_min, other.time_min);
    batch.time_max = is_first ? other.time_max : std::max(batch.time_max, other.time_max);
    batch.received_max =
        is_first ? other.received_max : std::max(batch.received_max, other.received_max);
}

}  // namespace

Result<LogRow> OpenBatch::row(const Line& line) const {
    LogRow row = TRY(read_row(std::string_view(bytes).substr(line.offset)));
    row.place = line.place;
    row.stream = line.stream;
    return row;
}

std::size_t OpenBatch::memory() const {
    std::size_t size = bytes.size() + lines.size() * sizeof(Line);
    for (const LogStream& stream : streams)
        size +=
            sizeof stream + stream.service.size() + stream.resource.size() + stream.scope.size();
    return size;
}

Result<void> OpenLogs::add(Lsn lsn, Instant received, const std::string& record) {
    BatchReader reader = TRY(BatchReader::open(record));
    const auto batch = std::make_shared<OpenBatch>();
    const std::size_t begin = reader.offset();
    batch->lines.reserve(static_cast<std::size_t>(reader.rows()));
    for (std::uint64_t i = 0; i < reader.rows(); ++i) {
        const std::size_t offset = reader.offset() - begin;
        const LogRow row = TRY(reader.next());
        const Instant time = row.place.time;
        batch->time_min = i == 0 ? time : std::min(batch->time_min, time);
        batch->time_max = i == 0 ? time : std::max(batch->time_max, time);
        batch->lines.push_back(
            {.offset = static_cast<std::uint32_t>(offset),
             .stream = row.stream,
             .place = {.time = time, .lsn = lsn, .index = static_cast<std::uint32_t>(i)}});
    }
    batch->bytes = record.substr(begin, reader.offset() - begin);
    batch->streams = reader.streams();
    batch->lsn_min = batch->lsn_max = lsn;
    batch->received_max = received;
    bytes_ += batch->memory();
    lines_ += batch->lines.size();
    auto state = state_.lock();
    state->batches.push_back(batch);
    if (++state->small >= log_small_batches_max) put_together(*state);
    return {};
}

void OpenLogs::put_together(State& state) {
    const std::size_t count = std::min(state.small, state.batches.size());
    state.small = 0;
    const auto first = state.batches.end() - static_cast<std::ptrdiff_t>(count);
    const auto whole = std::make_shared<OpenBatch>();
    std::map<LogStream, std::uint32_t> streams;
    std::uint64_t before = 0;
    for (auto small = first; small != state.batches.end(); ++small) {
        const OpenBatch& batch = **small;
        before += batch.memory();
        const std::size_t offset = whole->bytes.size();
        // Large ones stay as they are: the places of lines have 32 bits.
        if (offset + batch.bytes.size() > log_batch_bytes_max) return;
        widen(*whole, batch);
        std::vector<std::uint32_t> stream_of;
        for (const LogStream& stream : batch.streams) {
            const auto [known, is_new] =
                streams.emplace(stream, static_cast<std::uint32_t>(whole->streams.size()));
            if (is_new) whole->streams.push_back(stream);
            stream_of.push_back(known->second);
        }
        whole->bytes += batch.bytes;
        for (OpenBatch::Line line : batch.lines) {
            line.offset += static_cast<std::uint32_t>(offset);
            line.stream = stream_of[line.stream];
            whole->lines.push_back(line);
        }
    }
    bytes_ += whole->memory();
    bytes_ -= before;
    state.batches.erase(first, state.batches.end());
    state.batches.push_back(whole);
}

OpenBatches OpenLogs::take() {
    auto state = state_.lock();
    state->small = 0;
    return state->batches;
}

void OpenLogs::drop(Lsn through) {
    auto state = state_.lock();
    std::erase_if(state->batches, [&](const auto& batch) {
        if (batch->lsn_max > through) return false;
        bytes_ -= batch->memory();
        lines_ -= batch->lines.size();
        return true;
    });
}

}  // namespace tomograph
