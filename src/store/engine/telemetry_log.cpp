#include "store/engine/telemetry_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/log.h"
#include "store/file_names.h"
#include "store/keys/sealed_file.h"
#include "store/limits.h"

namespace tomograph {
namespace {

constexpr std::string_view lsn_key = "{\"lsn\":";
constexpr std::string_view record_key = "\"record\":";

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return lines;
}

std::optional<std::uint64_t> lsn_of(std::string_view line) {
    if (!line.starts_with(lsn_key)) return std::nullopt;
    line.remove_prefix(lsn_key.size());
    std::uint64_t lsn = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), lsn);
    if (error != std::errc()) return std::nullopt;
    return lsn;
}

std::optional<std::string> record_of(std::string_view line) {
    const auto key = line.find(record_key);
    if (key == std::string_view::npos || !line.ends_with('}')) return std::nullopt;
    const auto begin = key + record_key.size();
    if (begin + 1 > line.size()) return std::nullopt;
    return std::string(line.substr(begin, line.size() - begin - 1));
}

}  // namespace

std::string telemetry_below(std::string_view text, Lsn next) {
    std::string kept;
    for (const std::string_view line : lines_of(text)) {
        const auto lsn = lsn_of(line);
        if (lsn && *lsn < next.value) kept.append(line).append("\n");
    }
    return kept;
}

SealedObject telemetry_object(std::string_view name) {
    SealedObject object{.kind = SealedKind::telemetry, .number = 0};
    std::from_chars(name.data(), name.data() + name.size(), object.number);
    return object;
}

TelemetryLog::TelemetryLog(FileSystem& files, const std::string& data_directory,
                           StoreMetrics& metrics, Quarantine& quarantine)
    : files_(files),
      directory_(join_path(data_directory, telemetry_directory)),
      metrics_(metrics),
      quarantine_(quarantine) {}

bool TelemetryLog::is_full() { return pending_.lock()->size() >= telemetry_pending_max; }

std::size_t TelemetryLog::pending() { return pending_.lock()->size(); }

void TelemetryLog::add(Lsn lsn, Instant received, std::string json) {
    // Line ends in JSON are white space only; here they end a record.
    std::replace(json.begin(), json.end(), '\n', ' ');
    metrics_.telemetry_records.add();
    pending_.lock()->push_back({.lsn = lsn, .received = received, .json = std::move(json)});
}

Result<std::vector<std::string>> TelemetryLog::recent(std::size_t limit) {
    std::vector<std::string> records;
    std::set<std::uint64_t> seen;
    limit = std::min(limit, telemetry_recent_max);
    {
        auto pending = pending_.lock();
        for (auto record = pending->rbegin(); record != pending->rend(); ++record) {
            if (records.size() == limit) return records;
            records.push_back(record->json);
            seen.insert(record->lsn.value);
        }
    }
    const auto names = TRY(files_.list(directory_));
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
        if (ends_with_temporary(*name)) continue;
        const auto text = read_day(join_path(directory_, *name));
        if (!text && text.error().code() != ErrorCode::corrupt) return text.error();
        if (!text) {
            log_error("telemetry file is damaged", {{"file", *name}, {"error", text.error()}});
            continue;
        }
        const auto lines = lines_of(*text);
        for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
            if (records.size() == limit) return records;
            const auto lsn = lsn_of(*line);
            auto record = record_of(*line);
            if (lsn && record && !seen.contains(*lsn)) records.push_back(std::move(*record));
        }
    }
    return records;
}

Result<void> TelemetryLog::flush() {
    while (true) {
        std::deque<Record> day;
        std::string name;
        {
            auto pending = pending_.lock();
            if (pending->empty()) return {};
            name = telemetry_name(pending->front().received.second());
            for (const Record& record : *pending)
                if (telemetry_name(record.received.second()) == name) day.push_back(record);
        }
        TRY(flush_day(name, day));
        auto pending = pending_.lock();
        std::erase_if(*pending, [&](const Record& record) {
            return std::any_of(day.begin(), day.end(),
                               [&](const Record& done) { return done.lsn == record.lsn; });
        });
    }
}

Result<void> TelemetryLog::flush_day(const std::string& name, const std::deque<Record>& records) {
    const std::string path = join_path(directory_, name);
    std::string text;
    if (TRY(files_.exists(path))) {
        auto before = read_day(path);
        if (before)
            text = std::move(*before);
        else if (before.error().code() == ErrorCode::corrupt)
            TRY(quarantine_.move(path, before.error().message()));
        else
            return before.error();
    }
    std::set<std::uint64_t> known;
    for (const std::string_view line : lines_of(text))
        if (const auto lsn = lsn_of(line)) known.insert(*lsn);
    bool changed = false;
    for (const Record& record : records) {
        if (known.contains(record.lsn.value)) continue;
        if (text.size() + record.json.size() > telemetry_day_bytes_max) {
            metrics_.telemetry_dropped.add();
            log_warn("telemetry dropped, the day's file is full", {{"file", path}});
            continue;
        }
        text += fmt::format("{}{},\"received\":{:.3f},{}{}}}\n", lsn_key, record.lsn.value,
                            record.received.as_seconds(), record_key, record.json);
        changed = true;
    }
    if (changed) TRY(write_day(name, text));
    return {};
}

Result<std::string> TelemetryLog::read_day(const std::string& path) {
    std::string bytes = TRY(read_file(files_, path, 2 * telemetry_day_bytes_max));
    return open_file_text(keys_, std::move(bytes));
}

Result<void> TelemetryLog::write_day(const std::string& name, std::string_view text) {
    const std::string bytes = TRY(seal_file(keys_, telemetry_object(name), text));
    return replace_file(files_, join_path(directory_, name), bytes);
}

Result<void> TelemetryLog::seal_plain_files() {
    if (keys_ == nullptr) return {};
    for (const std::string& name : TRY(files_.list(directory_))) {
        if (ends_with_temporary(name)) continue;
        const std::string text =
            TRY(read_file(files_, join_path(directory_, name), 2 * telemetry_day_bytes_max));
        if (!is_sealed_file(text)) TRY(write_day(name, text));
    }
    return {};
}

Result<void> TelemetryLog::expire(std::int64_t second) {
    const std::string oldest_kept = telemetry_name(second);
    for (const std::string& name : TRY(files_.list(directory_)))
        if (!ends_with_temporary(name) && name < oldest_kept)
            TRY(files_.remove(join_path(directory_, name)));
    return {};
}

std::optional<Lsn> TelemetryLog::lsn_min() {
    auto pending = pending_.lock();
    if (pending->empty()) return std::nullopt;
    return pending->front().lsn;
}

}  // namespace tomograph
