#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tomograph {

/// Writes one JSON answer in the wire form of X-Ray (xray-api.md §1.1): integers without a point,
/// doubles in their shortest form, times in epoch seconds.
///
///   JsonWriter json;
///   json.begin_object();
///   json.text("Id", id);
///   json.begin_array("Services");
///   …
///   json.end_array();
///   json.end_object();
///   reply.body = json.take();
///
/// Texts must be UTF-8. Begins and ends must match; take() dies otherwise.
class JsonWriter {
 public:
    JsonWriter();
    ~JsonWriter();
    JsonWriter(const JsonWriter&) = delete;
    JsonWriter& operator=(const JsonWriter&) = delete;

    void begin_object();
    void begin_object(std::string_view member);
    void end_object();
    void begin_array();
    void begin_array(std::string_view member);
    void end_array();

    void text(std::string_view value);
    void text(std::string_view member, std::string_view value);
    void integer(std::int64_t value);
    void integer(std::string_view member, std::int64_t value);
    /// Infinite and NaN, which JSON has no word for and no client reads, become 0.
    void number(std::string_view member, double value);
    void boolean(std::string_view member, bool value);
    /// An array that is JSON already: `[1,2]`. For the few answers that are mostly one kind of row.
    void raw_array(std::string_view member, std::string_view json);

    /// A moment with its fraction, to the microsecond: below that a double has only noise.
    void moment(std::string_view member, Instant value);
    /// A moment in whole seconds, written `1528317567.0` as AWS writes those of aggregates.
    void whole_second(std::string_view member, Instant value);
    /// Seconds, to the microsecond.
    void seconds(Duration value);
    void seconds(std::string_view member, Duration value);

    /// The finished text; the writer is empty afterwards.
    std::string take();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tomograph
