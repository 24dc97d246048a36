#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/shred/object_table.h"
#include "wire/shred/template.h"
#include "wire/shred/value_reader.h"

namespace tomograph {

/// An object inside an entity, as far as its own members go: what tells made-up keys from usual
/// ones.
struct ObjectShape {
    std::string path;
    std::uint64_t shape = 0;  ///< a hash of its keys and the kinds of their values
    std::vector<std::string> keys;
};

/// What becomes of the objects at a path.
struct ObjectTreatment {
    enum class How : std::uint8_t {
        apart,       ///< their members get slots, their keys stand in the template
        by_members,  ///< one slot of kind object; an object without room for its form is whole
        whole,       ///< one json value
    };
    How how = How::apart;
    std::uint32_t place = 0;  ///< by_members: in the ObjectTable
};

/// The template of one row before it has a number. Its slots name `paths`, one each.
struct TemplateDraft {
    Template shape;
    std::vector<std::string> paths;
    std::vector<ObjectShape> objects;
};

/// Takes a document apart without knowing any template: finds every value by the rules of JSON.
class EntityCutter {
 public:
    /// objects    learns the forms of objects
    /// treatment  what becomes of an object at this path
    EntityCutter(ValueReader& values, ObjectTable& objects,
                 std::function<ObjectTreatment(std::string_view path)> treatment)
        : reader_(values), objects_(objects), treatment_(std::move(treatment)) {}

    /// Row i has draft i; template_index is not set.
    ///
    /// returns  false as Shredder::shred()
    bool cut(std::string_view document, std::vector<TemplateDraft>& drafts,
             std::vector<ShreddedRow>& rows, std::vector<ShreddedValue>& values);

 private:
    struct Entity;  ///< the one being cut

    bool cut_entity(unsigned depth);
    bool cut_object(Entity& entity, unsigned depth);
    bool cut_member(Entity& entity, unsigned depth, ObjectShape& object);
    bool cut_children(Entity& entity);
    bool cut_value(Entity& entity, bool takes_objects, SlotKind& kind);
    bool cut_by_members(Entity& entity, std::uint32_t place, SlotKind& kind);
    bool take_key(std::string& key);
    bool take(char wanted);
    std::string_view take_space();
    void end_literal(Entity& entity, SlotKind kind);

    ValueReader& reader_;
    ObjectTable& objects_;
    std::function<ObjectTreatment(std::string_view path)> treatment_;
    const char* at_ = nullptr;
    const char* end_ = nullptr;
    std::vector<TemplateDraft>* drafts_ = nullptr;
    std::vector<ShreddedRow>* rows_ = nullptr;
    std::vector<ShreddedValue>* values_ = nullptr;
};

}  // namespace tomograph
