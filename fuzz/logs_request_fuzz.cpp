// OTLP's requests for logs, in protobuf and in JSON: what is read is kept and comes back the same.

#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "store/logs/batch_codec.h"
#include "store/logs/limits.h"
#include "wire/json/json_index.h"
#include "wire/otlp/logs_request.h"

using namespace tomograph;

namespace {

void check_json(const std::string& text) {
    JsonIndex index;
    auto json = index.read(text);
    ASSERT(json);
    json->skip();
    ASSERT(!json->failed());
    ASSERT(json->at_end());
}

void check(std::string_view request) {
    const auto read = read_logs_request(request, {.received = Instant::from_seconds(1'700'000'000),
                                                  .line_bytes_max = log_line_bytes_max,
                                                  .attributes_max = log_attributes_max,
                                                  .bytes_max = log_batch_bytes_max});
    if (!read) return;
    const auto record = encode_batch(read->batch);
    ASSERT(record);
    auto batch = BatchReader::open(*record);
    ASSERT(batch);
    ASSERT(batch->rows() == read->batch.records.size());
    ASSERT(batch->streams() == read->batch.streams);
    for (const LogRecord& expected : read->batch.records) {
        const auto row = batch->next();
        ASSERT(row);
        LogRecord kept = record_of(*row);
        kept.stream = row->stream;
        ASSERT(kept == expected);
        for (const LogAttribute& attribute : kept.attributes) check_json(attribute.value);
        if (kept.is_body_json) check_json(kept.body);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (!bytes.starts_with('{')) {
        check(bytes);
        // What a log may hold: any bytes.
        auto batch = BatchReader::open(bytes);
        for (std::uint64_t i = 0; batch && i < batch->rows(); ++i)
            if (!batch->next()) break;
        return 0;
    }
    const auto request = logs_request_of_json(bytes);
    if (request) check(*request);
    return 0;
}
