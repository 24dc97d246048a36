#include "wire/xray/entity_outline.h"

#include "wire/json/json_index.h"

namespace tomograph {
namespace {

class OutlineReader {
 public:
    explicit OutlineReader(JsonCursor& json) : json_(json) {}

    void read_entity() {
        const std::size_t row = entities.size();
        entities.emplace_back().begin = json_.offset();
        json_.members([&](std::string_view key) { read_member(key, row); });
        if (!json_.failed()) entities[row].closing_brace = json_.previous_offset();
    }

    std::vector<EntityOutline> entities;

 private:
    void read_member(std::string_view key, std::size_t row) {
        if (key == "id") {
            entities[row].id = read_id();
        } else if (key == "subsegments") {
            read_subsegments(row);
        } else {
            json_.skip();
        }
    }

    SpanId read_id() {
        if (json_.kind() != JsonKind::string) {
            json_.skip();
            return {};
        }
        const auto id = parse_span_id(json_.take_string(scratch_));
        return id ? *id : SpanId{};
    }

    void read_subsegments(std::size_t row) {
        // Of two `subsegments` the last counts, as for the decoder: what stood in the first is no
        // entity.
        entities.resize(row + 1);
        entities[row].closing_bracket = 0;
        entities[row].has_subsegments = false;
        if (json_.kind() != JsonKind::array) return json_.skip();
        bool is_empty = true;
        json_.elements([&] {
            is_empty = false;
            if (json_.kind() == JsonKind::object) {
                read_entity();
            } else {
                json_.skip();
            }
        });
        if (json_.failed()) return;
        entities[row].closing_bracket = json_.previous_offset();
        entities[row].has_subsegments = !is_empty;
    }

    JsonCursor& json_;
    std::string scratch_;
};

}  // namespace

Result<std::vector<EntityOutline>> outline(std::string_view document) {
    JsonIndex index;
    JsonCursor json = TRY(index.read(document));
    if (json.kind() != JsonKind::object)
        return Error(ErrorCode::invalid, "the document is not a JSON object");
    OutlineReader reader(json);
    reader.read_entity();
    if (!json.failed() && !json.at_end()) json.fail("something follows the document");
    if (json.failed()) return Error(ErrorCode::invalid, json.failure());
    return std::move(reader.entities);
}

}  // namespace tomograph
