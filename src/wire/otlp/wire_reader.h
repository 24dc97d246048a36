#pragma once

#include <cstdint>
#include <protozero/pbf_reader.hpp>
#include <string_view>

namespace tomograph {

/// Walks the fields of one protobuf message. A field whose wire type is another than the one asked
/// for is passed over, as one that is not known, and reads as nothing. Throws protozero::exception
/// where the bytes are no message. For sources of this folder only.
class WireReader {
 public:
    explicit WireReader(std::string_view message) : reader_(message.data(), message.size()) {}

    bool next() { return reader_.next(); }
    /// The next field of that number.
    bool next(std::uint32_t tag) { return reader_.next(tag); }
    std::uint32_t tag() const { return reader_.tag(); }
    void skip() { reader_.skip(); }

    std::string_view view() {
        if (!is(protozero::pbf_wire_type::length_delimited)) return {};
        const protozero::data_view data = reader_.get_view();
        return {data.data(), data.size()};
    }
    std::uint64_t fixed64() {
        return is(protozero::pbf_wire_type::fixed64) ? reader_.get_fixed64() : 0;
    }
    std::uint32_t fixed32() {
        return is(protozero::pbf_wire_type::fixed32) ? reader_.get_fixed32() : 0;
    }
    double real() { return is(protozero::pbf_wire_type::fixed64) ? reader_.get_double() : 0; }
    std::int64_t int64() { return is(protozero::pbf_wire_type::varint) ? reader_.get_int64() : 0; }
    std::uint32_t uint32() {
        return is(protozero::pbf_wire_type::varint) ? reader_.get_uint32() : 0;
    }
    std::int32_t sint32() {
        return is(protozero::pbf_wire_type::varint) ? reader_.get_sint32() : 0;
    }
    std::int64_t sfixed64() {
        return is(protozero::pbf_wire_type::fixed64) ? reader_.get_sfixed64() : 0;
    }
    /// Each number of a repeated field, packed or one alone.
    template <class Each>
    void each_fixed64(const Each& each) {
        if (reader_.wire_type() == protozero::pbf_wire_type::fixed64)
            return each(reader_.get_fixed64());
        if (!is(protozero::pbf_wire_type::length_delimited)) return;
        for (const std::uint64_t value : reader_.get_packed_fixed64()) each(value);
    }
    template <class Each>
    void each_real(const Each& each) {
        if (reader_.wire_type() == protozero::pbf_wire_type::fixed64)
            return each(reader_.get_double());
        if (!is(protozero::pbf_wire_type::length_delimited)) return;
        for (const double value : reader_.get_packed_double()) each(value);
    }
    template <class Each>
    void each_uint64(const Each& each) {
        if (reader_.wire_type() == protozero::pbf_wire_type::varint)
            return each(reader_.get_uint64());
        if (!is(protozero::pbf_wire_type::length_delimited)) return;
        for (const std::uint64_t value : reader_.get_packed_uint64()) each(value);
    }
    bool boolean() { return is(protozero::pbf_wire_type::varint) && int64() != 0; }

 private:
    bool is(protozero::pbf_wire_type type) {
        if (reader_.wire_type() == type) return true;
        reader_.skip();
        return false;
    }

    protozero::pbf_reader reader_;
};

}  // namespace tomograph
