#include "wire/xray/attributes.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "wire/json/json_index.h"
#include "wire/limits.h"

namespace tomograph {
namespace {

constexpr std::size_t compared_pairwise_max = 16;
constexpr std::size_t no_row = ~std::size_t{0};

bool is_of_row(std::string_view key) {
    return key == "id" || key == "trace_id" || key == "parent_id" || key == "start_time" ||
           key == "end_time";
}

/// A value not told yet: a later member of the same key may take its place.
struct Found {
    std::uint32_t row = 0;
    std::size_t path = 0;  // where it starts in the text of all paths
    std::size_t path_size = 0;
    ScalarView value{};
    bool is_replaced = false;
};

/// One member of an object, and the values under it: [first, last) of all found.
struct Member {
    std::size_t key = 0;  // where it starts in the text of all keys
    std::size_t key_size = 0;
    std::size_t first = 0;
    std::size_t last = 0;
};

}  // namespace

struct AttributeReader::Buffers {
    JsonIndex index;
    std::vector<Found> found;
    std::string paths;
    std::vector<Member> members;  // of the objects around the value at hand
    std::string keys;
    std::string scratch;
    std::string path;

    void clear() {
        found.clear();
        paths.clear();
        members.clear();
        keys.clear();
        path.clear();
    }
};

namespace {

class DocumentWalk {
 public:
    template <class Buffers>
    DocumentWalk(JsonCursor& json, const Segment& segment, Buffers& buffers)
        : json_(json),
          segment_(segment),
          found_(buffers.found),
          paths_(buffers.paths),
          members_(buffers.members),
          keys_(buffers.keys),
          scratch_(buffers.scratch),
          path_(buffers.path) {}

    /// Recursion is bounded by json_depth_max, here and below.
    void read_entity() {
        const std::size_t row = take_row();
        const auto members = members_.size();
        const auto keys = keys_.size();
        json_.members([&](std::string_view key) {
            if (key == "subsegments") return read_subsegments();
            if (row == no_row || is_of_row(key)) return json_.skip();
            row_ = static_cast<std::uint32_t>(row);
            read_member(key);
        });
        leave_object(members, keys);
    }

    void read_value_at(std::string_view path) {
        path_ = path;
        read_value();
    }

    bool has_all_rows() const { return next_row_ == segment_.spans.size(); }

    Arena texts;

 private:
    /// The rows stand in the order of the text; an entity that is none was dropped, with all in it.
    std::size_t take_row() {
        const auto here = static_cast<std::uint32_t>(json_.offset());
        const bool is_row =
            next_row_ < segment_.spans.size() && segment_.spans[next_row_].text_offset == here;
        return is_row ? next_row_++ : no_row;
    }

    void read_subsegments() {
        json_.elements([&] {
            if (json_.kind() == JsonKind::object)
                read_entity();
            else
                json_.skip();
        });
    }

    void read_member(std::string_view key) {
        const std::size_t before = path_.size();
        const std::size_t size = before + key.size() + (before > 0 ? 1 : 0);
        if (key.empty() || size > attribute_path_bytes_max ||
            key.find(path_separator) != std::string_view::npos)
            return json_.skip();
        if (before > 0) path_ += path_separator;
        path_ += key;
        Member member{.key = keys_.size(), .key_size = key.size(), .first = found_.size()};
        keys_ += key;
        read_value();
        member.last = found_.size();
        members_.push_back(member);
        path_.resize(before);
    }

    void read_value() {
        switch (json_.kind()) {
            case JsonKind::object:
                return read_object();
            case JsonKind::array:
                return json_.elements([&] { read_value(); });
            case JsonKind::string:
                return add(ScalarKind::text, texts.copy(json_.take_string(scratch_)));
            case JsonKind::number:
                return add(ScalarKind::number, json_.take_number());
            case JsonKind::boolean:
                return add(ScalarKind::boolean, json_.take_boolean() ? "true" : "false");
            case JsonKind::null:
            case JsonKind::none:
                return json_.skip();
        }
    }

    void read_object() {
        const auto members = members_.size();
        const auto keys = keys_.size();
        json_.members([&](std::string_view key) { read_member(key); });
        leave_object(members, keys);
    }

    void add(ScalarKind kind, std::string_view text) {
        Found found{.row = row_, .path = paths_.size(), .path_size = path_.size()};
        found.value = {.kind = kind, .text = text};
        // The elements of an array share their path.
        if (!found_.empty() && last_path() == path_)
            found.path = found_.back().path;
        else
            paths_ += path_;
        found_.push_back(found);
    }

    std::string_view last_path() const {
        return std::string_view(paths_).substr(found_.back().path, found_.back().path_size);
    }

    /// Of the members of the object just read, those that a later one of the same key replaces are
    /// taken back.
    void leave_object(std::size_t first_member, std::size_t first_key) {
        const std::span<Member> members = std::span(members_).subspan(first_member);
        if (may_repeat(members)) drop_repeated(members);
        members_.resize(first_member);
        keys_.resize(first_key);
    }

    std::string_view key_of(const Member& member) const {
        return std::string_view(keys_).substr(member.key, member.key_size);
    }

    bool may_repeat(std::span<const Member> members) const {
        if (members.size() > compared_pairwise_max) return true;
        for (std::size_t i = 0; i < members.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (key_of(members[i]) == key_of(members[j])) return true;
        return false;
    }

    void drop_repeated(std::span<Member> members) {
        std::vector<std::size_t> order(members.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return std::tuple(key_of(members[a]), a) < std::tuple(key_of(members[b]), b);
        });
        for (std::size_t i = 0; i + 1 < order.size(); ++i) {
            const Member& earlier = members[order[i]];
            if (key_of(earlier) != key_of(members[order[i + 1]])) continue;
            for (std::size_t at = earlier.first; at < earlier.last; ++at)
                found_[at].is_replaced = true;
        }
    }

    JsonCursor& json_;
    const Segment& segment_;
    std::vector<Found>& found_;
    std::string& paths_;
    std::vector<Member>& members_;
    std::string& keys_;
    std::string& scratch_;
    std::string& path_;
    std::size_t next_row_ = 0;
    std::uint32_t row_ = 0;
};

}  // namespace

AttributeReader::AttributeReader() : buffers_(std::make_unique<Buffers>()) {}
AttributeReader::~AttributeReader() = default;

Result<void> AttributeReader::visit(std::string_view json, const Segment& segment,
                                    const Visit& visit) {
    buffers_->clear();
    JsonCursor cursor = TRY(buffers_->index.read(json));
    DocumentWalk walk(cursor, segment, *buffers_);
    walk.read_entity();
    if (cursor.failed()) return Error(ErrorCode::invalid, cursor.failure());
    if (!walk.has_all_rows())
        return Error(ErrorCode::invalid, "the rows are not those of the document");
    tell(visit);
    return {};
}

Result<void> AttributeReader::visit_value(std::string_view json, std::string_view path,
                                          const Visit& visit) {
    buffers_->clear();
    JsonCursor cursor = TRY(buffers_->index.read(json));
    const Segment no_rows;
    DocumentWalk walk(cursor, no_rows, *buffers_);
    walk.read_value_at(path);
    if (cursor.failed()) return Error(ErrorCode::invalid, cursor.failure());
    tell(visit);
    return {};
}

void AttributeReader::tell(const Visit& visit) const {
    const std::string_view paths = buffers_->paths;
    for (const Found& found : buffers_->found)
        if (!found.is_replaced)
            visit(found.row, paths.substr(found.path, found.path_size), found.value);
}

}  // namespace tomograph
