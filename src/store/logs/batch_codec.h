#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "store/logs/log_row.h"

namespace tomograph {

// A batch as a record of the signal's log, and as it is held until it is in a part
// (docs/formats/logs.md, "Record").

/// errors  invalid  more lines or bytes than limits.h allows: no use to send them again
Result<std::string> encode_batch(const LogBatch& batch);

/// Bytes of one line; for a bound before it is taken.
std::size_t encoded_bytes(const LogRecord& record);

/// Reads a batch in order. Borrows its bytes.
class BatchReader {
 public:
    /// Reads the streams. errors: corrupt, invalid (a newer form)
    static Result<BatchReader> open(std::string_view bytes);

    const std::vector<LogStream>& streams() const { return streams_; }
    std::uint64_t rows() const { return rows_; }
    /// Where the next line begins in the bytes.
    std::size_t offset() const { return size_ - reader_.remaining(); }
    /// The next line; lsn and index of its place are the caller's. errors: corrupt
    Result<LogRow> next();

 private:
    explicit BatchReader(std::string_view bytes) : reader_(bytes), size_(bytes.size()) {}

    ByteReader reader_;
    std::size_t size_;
    std::vector<LogStream> streams_;
    std::uint64_t rows_ = 0;
};

/// The line at the start of `bytes`. errors: corrupt
Result<LogRow> read_row(std::string_view bytes);

}  // namespace tomograph
