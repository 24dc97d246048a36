#include "store/logs/batch_codec.h"

#include <fmt/format.h>

#include "store/logs/limits.h"

namespace tomograph {
namespace {

constexpr std::uint64_t batch_version = 1;

/// Bits of a line's mask: which members follow.
constexpr std::uint64_t has_trace = 1;
constexpr std::uint64_t has_span = 2;
constexpr std::uint64_t trace_is_found = 4;
constexpr std::uint64_t has_flags = 8;
constexpr std::uint64_t has_severity_text = 16;
constexpr std::uint64_t has_event_name = 32;
constexpr std::uint64_t has_dropped = 64;
constexpr std::uint64_t body_is_json = 128;
constexpr std::uint64_t has_observed = 256;
constexpr std::uint64_t mask_max = 511;

std::uint64_t mask_of(const LogRecord& record) {
    return (record.trace_id.is_zero() ? 0 : has_trace) | (record.span_id.is_none() ? 0 : has_span) |
           (record.is_trace_found ? trace_is_found : 0) | (record.flags == 0 ? 0 : has_flags) |
           (record.severity_text.empty() ? 0 : has_severity_text) |
           (record.event_name.empty() ? 0 : has_event_name) |
           (record.dropped_attributes == 0 ? 0 : has_dropped) |
           (record.is_body_json ? body_is_json : 0) |
           (record.observed == Instant{} ? 0 : has_observed);
}

void write_record(ByteWriter& writer, const LogRecord& record) {
    const std::uint64_t mask = mask_of(record);
    writer.varint(record.stream);
    writer.fixed(record.time.ns);
    writer.fixed(record.severity);
    writer.varint(mask);
    if (mask & has_observed) writer.fixed(record.observed.ns);
    if (mask & has_trace) {
        writer.fixed(record.trace_id.high);
        writer.fixed(record.trace_id.low);
    }
    if (mask & has_span) writer.fixed(record.span_id.value);
    if (mask & has_flags) writer.varint(record.flags);
    if (mask & has_dropped) writer.varint(record.dropped_attributes);
    if (mask & has_severity_text) writer.text(record.severity_text);
    if (mask & has_event_name) writer.text(record.event_name);
    writer.text(record.body);
    writer.varint(record.attributes.size());
    for (const LogAttribute& attribute : record.attributes) {
        writer.text(attribute.key);
        writer.text(attribute.value);
    }
}

Result<LogRow> read(ByteReader& reader) {
    LogRow row;
    row.stream = static_cast<std::uint32_t>(reader.varint());
    row.place.time.ns = reader.fixed<std::int64_t>();
    row.severity = reader.fixed<std::uint8_t>();
    const std::uint64_t mask = reader.varint();
    if (mask & has_observed) row.observed.ns = reader.fixed<std::int64_t>();
    if (mask & has_trace) {
        row.trace_id.high = reader.fixed<std::uint64_t>();
        row.trace_id.low = reader.fixed<std::uint64_t>();
    }
    if (mask & has_span) row.span_id.value = reader.fixed<std::uint64_t>();
    if (mask & has_flags) row.flags = static_cast<std::uint32_t>(reader.varint());
    if (mask & has_dropped) row.dropped_attributes = static_cast<std::uint32_t>(reader.varint());
    if (mask & has_severity_text) row.severity_text = reader.text();
    if (mask & has_event_name) row.event_name = reader.text();
    row.is_trace_found = (mask & trace_is_found) != 0;
    row.is_body_json = (mask & body_is_json) != 0;
    row.body = reader.text();
    const std::uint64_t attributes = reader.varint();
    if (reader.failed() || mask > mask_max || row.severity > severity_max ||
        attributes > log_attributes_max)
        return Error(ErrorCode::corrupt, "line: not what was written");
    row.attributes.reserve(attributes);
    for (std::uint64_t i = 0; i < attributes; ++i) {
        const std::string_view key = reader.text();
        row.attributes.emplace_back(key, reader.text());
    }
    if (reader.failed()) return Error(ErrorCode::corrupt, "line: its attributes are cut short");
    return row;
}

}  // namespace

std::size_t encoded_bytes(const LogRecord& record) {
    constexpr std::size_t head = 64;
    std::size_t bytes =
        head + record.severity_text.size() + record.event_name.size() + record.body.size();
    for (const LogAttribute& attribute : record.attributes)
        bytes += attribute.key.size() + attribute.value.size() + 6;
    return bytes;
}

Result<std::string> encode_batch(const LogBatch& batch) {
    if (batch.records.size() > log_batch_lines_max)
        return Error(ErrorCode::invalid, fmt::format("{} lines at once, at most {}",
                                                     batch.records.size(), log_batch_lines_max));
    std::string bytes;
    ByteWriter writer(bytes);
    writer.varint(batch_version);
    writer.varint(batch.streams.size());
    for (const LogStream& stream : batch.streams) {
        writer.text(stream.service);
        writer.text(stream.resource);
        writer.text(stream.scope);
    }
    writer.varint(batch.records.size());
    for (const LogRecord& record : batch.records) {
        ASSERT(record.stream < batch.streams.size());
        ASSERT(record.attributes.size() <= log_attributes_max);
        write_record(writer, record);
        if (bytes.size() > log_batch_bytes_max)
            return Error(ErrorCode::invalid,
                         fmt::format("lines of more than {} bytes at once", log_batch_bytes_max));
    }
    return bytes;
}

Result<BatchReader> BatchReader::open(std::string_view bytes) {
    BatchReader batch(bytes);
    ByteReader& reader = batch.reader_;
    const std::uint64_t version = reader.varint();
    if (version > batch_version)
        return Error(ErrorCode::invalid, fmt::format("batch of version {}, this program reads {}",
                                                     version, batch_version));
    const std::uint64_t streams = reader.varint();
    if (reader.failed() || version == 0 || streams > bytes.size())
        return Error(ErrorCode::corrupt, "batch: its head is not what was written");
    for (std::uint64_t i = 0; i < streams && !reader.failed(); ++i) {
        LogStream stream;
        stream.service = reader.text();
        stream.resource = reader.text();
        stream.scope = reader.text();
        batch.streams_.push_back(std::move(stream));
    }
    batch.rows_ = reader.varint();
    if (reader.failed() || batch.rows_ > log_batch_lines_max)
        return Error(ErrorCode::corrupt, "batch: its streams are cut short");
    return batch;
}

Result<LogRow> BatchReader::next() {
    LogRow row = TRY(read(reader_));
    if (row.stream >= streams_.size())
        return Error(ErrorCode::corrupt, fmt::format("line: there is no stream {}", row.stream));
    return row;
}

Result<LogRow> read_row(std::string_view bytes) {
    ByteReader reader(bytes);
    return read(reader);
}

}  // namespace tomograph
