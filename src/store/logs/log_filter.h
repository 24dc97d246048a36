#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/logs/log_row.h"

namespace tomograph {

/// Whether `text` contains `needle`, whose ASCII letters are lower case, whatever the case of the
/// text's.
bool contains_folded(std::string_view text, std::string_view needle);

/// A LogQuery, ready to be asked of lines. Threads: any.
class LogFilter {
 public:
    explicit LogFilter(const LogQuery& query);

    const LogQuery& query() const { return query_; }
    /// Each text with its ASCII letters in lower case.
    const std::vector<std::string>& needles() const { return needles_; }

    /// What needs no texts: time, page, ids, severity.
    bool may_match(const LogRow& row) const;
    /// Whether lines of the stream can match: its service.
    bool takes_stream(const LogStream& stream) const;
    bool needs_texts() const { return !needles_.empty(); }
    bool needs_attributes() const { return !needles_.empty() || !query_.attributes.empty(); }
    /// All of a line whose texts and attributes are there; may_match() and takes_stream() held.
    bool matches(const LogRow& row, const LogStream& stream) const;

 private:
    struct Condition {
        std::string key;
        std::string plain;   ///< the value as JSON prints a scalar
        std::string quoted;  ///< as a JSON text
    };

    const LogQuery& query_;
    std::vector<std::string> needles_;
    std::vector<Condition> conditions_;
};

}  // namespace tomograph
