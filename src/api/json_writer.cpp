#include "api/json_writer.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cmath>

#include "base/assert.h"

namespace tomograph {

struct JsonWriter::Impl {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};

    void string(std::string_view text) {
        // rapidjson takes a null pointer for a mistake even with length 0.
        writer.String(text.empty() ? "" : text.data(),
                      static_cast<rapidjson::SizeType>(text.size()));
    }
    void key(std::string_view text) {
        writer.Key(text.empty() ? "" : text.data(), static_cast<rapidjson::SizeType>(text.size()));
    }
};

namespace {

double in_microseconds(std::int64_t ns) {
    // Rounded as an integer: a double of nanoseconds since 1970 has no exact microseconds any more.
    const std::int64_t us = ns >= 0 ? (ns + 500) / 1000 : (ns - 500) / 1000;
    return static_cast<double>(us) / 1e6;
}

}  // namespace

JsonWriter::JsonWriter() : impl_(std::make_unique<Impl>()) {}
JsonWriter::~JsonWriter() = default;

void JsonWriter::begin_object() { impl_->writer.StartObject(); }

void JsonWriter::begin_object(std::string_view member) {
    impl_->key(member);
    impl_->writer.StartObject();
}

void JsonWriter::end_object() { impl_->writer.EndObject(); }

void JsonWriter::begin_array() { impl_->writer.StartArray(); }

void JsonWriter::begin_array(std::string_view member) {
    impl_->key(member);
    impl_->writer.StartArray();
}

void JsonWriter::end_array() { impl_->writer.EndArray(); }

void JsonWriter::text(std::string_view value) { impl_->string(value); }

void JsonWriter::text(std::string_view member, std::string_view value) {
    impl_->key(member);
    impl_->string(value);
}

void JsonWriter::integer(std::int64_t value) { impl_->writer.Int64(value); }

void JsonWriter::integer(std::string_view member, std::int64_t value) {
    impl_->key(member);
    impl_->writer.Int64(value);
}

void JsonWriter::number(std::string_view member, double value) {
    impl_->key(member);
    impl_->writer.Double(std::isfinite(value) ? value : 0);
}

void JsonWriter::boolean(std::string_view member, bool value) {
    impl_->key(member);
    impl_->writer.Bool(value);
}

void JsonWriter::raw_array(std::string_view member, std::string_view json) {
    impl_->key(member);
    impl_->writer.RawValue(json.data(), json.size(), rapidjson::kArrayType);
}

void JsonWriter::moment(std::string_view member, Instant value) {
    number(member, in_microseconds(value.ns));
}

void JsonWriter::whole_second(std::string_view member, Instant value) {
    number(member, static_cast<double>(value.second()));
}

void JsonWriter::seconds(Duration value) { impl_->writer.Double(in_microseconds(value.ns)); }

void JsonWriter::seconds(std::string_view member, Duration value) {
    number(member, in_microseconds(value.ns));
}

std::string JsonWriter::take() {
    ASSERT(impl_->writer.IsComplete());
    std::string text(impl_->buffer.GetString(), impl_->buffer.GetSize());
    impl_->buffer.Clear();
    impl_->writer.Reset(impl_->buffer);
    return text;
}

}  // namespace tomograph
