#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "wire/shred/entity_cutter.h"
#include "wire/shred/object_table.h"
#include "wire/shred/path_table.h"
#include "wire/shred/template.h"

namespace tomograph {

/// What a TemplateTable made of the drafts of a document.
enum class Admission {
    admitted,  ///< every row has its template
    recut,     ///< the rules of treatment() changed: cut the document again
    refused,   ///< no room
};

/// Numbers templates and paths, and keeps both bounded: objects at a path where keys come in many
/// combinations are taken apart by their members from then on, those with very many keys are kept
/// whole, and when the table is nearly full so are all objects that X-Ray does not know.
class TemplateTable {
 public:
    /// What becomes of an object at this path, by what was seen so far.
    ObjectTreatment treatment(std::string_view path) const;
    ObjectTable& objects() { return objects_; }
    const ObjectTable& objects() const { return objects_; }

    /// Sets template_index of row i to the template that draft i is.
    Admission admit(std::span<const TemplateDraft> drafts, std::span<ShreddedRow> rows);

    const std::deque<Template>& templates() const { return templates_; }
    const std::vector<std::string>& paths() const { return paths_.paths(); }
    std::size_t objects_kept_whole() const { return whole_.size(); }
    bool is_coarse() const { return is_coarse_; }

 private:
    /// What was seen at one object's path.
    struct SeenObject {
        std::unordered_set<std::uint64_t> shapes;
        std::unordered_set<std::string> keys;
    };

    bool note_objects(const TemplateDraft& draft);
    Admission make_coarse();
    std::size_t new_paths(std::span<const std::string> paths);
    std::uint32_t add(const TemplateDraft& draft, std::string key);

    std::deque<Template> templates_;
    PathTable paths_;
    ObjectTable objects_{paths_};
    std::unordered_map<std::string, std::uint32_t> template_of_;  ///< by template_key()
    std::unordered_map<std::string, SeenObject> seen_;
    std::unordered_set<std::string> whole_;
    std::size_t notes_ = 0;  ///< all keys and shapes in seen_
    std::size_t bytes_ = 0;  ///< of all templates' texts
    bool is_coarse_ = false;
};

}  // namespace tomograph
