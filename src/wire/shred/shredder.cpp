#include "wire/shred/shredder.h"

#include "base/assert.h"
#include "wire/shred/entity_cutter.h"
#include "wire/shred/limits.h"
#include "wire/shred/template_table.h"
#include "wire/shred/template_trie.h"

namespace tomograph {

struct Shredder::Impl {
    ValueReader values;
    TemplateTable table;
    TemplateTrie trie{table.objects()};
    std::vector<TemplateDraft> drafts;
    ShredderCounters counters;

    bool cut(std::string_view document, std::vector<ShreddedRow>& rows,
             std::vector<ShreddedValue>& shredded);
    void teach_trie(const std::vector<ShreddedRow>& rows);
};

/// Every time that a document is cut again one more object is no longer in the template, so it
/// ends; a document that makes the rules change this often is none to take apart.
constexpr int cuts_max = 16;

bool Shredder::Impl::cut(std::string_view document, std::vector<ShreddedRow>& rows,
                         std::vector<ShreddedValue>& shredded) {
    EntityCutter cutter(values, table.objects(),
                        [this](std::string_view path) { return table.treatment(path); });
    for (int cuts = 0; cuts < cuts_max; ++cuts) {
        if (!cutter.cut(document, drafts, rows, shredded)) return false;
        const Admission admission = table.admit(drafts, rows);
        // What is in the trie was cut by the rules before.
        if (admission == Admission::recut) trie.clear();
        if (admission == Admission::refused) return false;
        if (admission == Admission::admitted) {
            teach_trie(rows);
            return true;
        }
    }
    return false;
}

void Shredder::Impl::teach_trie(const std::vector<ShreddedRow>& rows) {
    std::vector<TemplateTrie::Place> places;
    for (const ShreddedRow& row : rows) {
        const Template& shape = table.templates()[row.template_index];
        places.clear();
        for (const Slot& slot : shape.slots) {
            const std::string& path = table.paths()[slot.path];
            const ObjectTreatment treatment = table.treatment(path);
            using How = ObjectTreatment::How;
            places.push_back({.role = role_of(path),
                              .takes_objects = treatment.how == How::whole,
                              .object_place = treatment.how == How::by_members
                                                  ? treatment.place
                                                  : ObjectTable::npos});
        }
        trie.insert(shape, row.template_index, places);
    }
}

Shredder::Shredder() : impl_(std::make_unique<Impl>()) {}
Shredder::~Shredder() = default;

bool Shredder::shred(std::string_view document, std::vector<ShreddedRow>& rows,
                     std::vector<ShreddedValue>& values) {
    Impl& impl = *impl_;
    impl.values.clear();
    if (document.size() <= shredded_document_bytes_max &&
        impl.trie.match(document, impl.values, rows, values)) {
        ++impl.counters.matched;
        return true;
    }
    const bool is_cut =
        document.size() <= shredded_document_bytes_max && impl.cut(document, rows, values);
    impl.counters.objects_by_members = impl.table.objects().places();
    impl.counters.has_room = impl.table.objects().has_room();
    impl.counters.objects_kept_whole = impl.table.objects_kept_whole();
    impl.counters.is_coarse = impl.table.is_coarse();
    if (is_cut) {
        ++impl.counters.cut;
        return true;
    }
    ++impl.counters.refused;
    rows.clear();
    values.clear();
    return false;
}

std::size_t Shredder::templates() const { return impl_->table.templates().size(); }

const Template& Shredder::template_at(std::uint32_t index) const {
    ASSERT(index < impl_->table.templates().size());
    return impl_->table.templates()[index];
}

const std::vector<std::string>& Shredder::paths() const { return impl_->table.paths(); }

const ObjectForms& Shredder::objects() const { return impl_->table.objects().forms(); }

void Shredder::reset() { impl_ = std::make_unique<Impl>(); }

const ShredderCounters& Shredder::counters() const { return impl_->counters; }

}  // namespace tomograph
