#include "store/engine/search/name_counter.h"

#include <limits>
#include <utility>
#include <vector>

#include "store/engine/search/path_columns.h"
#include "store/engine/search/span_selection.h"
#include "wire/xray/attributes.h"

namespace tomograph {
namespace {

/// What an entry of the table costs beside its text.
constexpr std::uint64_t entry_bytes = 128;

struct NameCounts final : RunCounts {
    using RunCounts::RunCounts;
    std::vector<AttributeName> names;
};

void count_kind(AttributeName& name, ScalarKind kind, std::uint64_t count) {
    switch (kind) {
        case ScalarKind::text:
            name.texts += count;
            return;
        case ScalarKind::number:
            name.numbers += count;
            return;
        case ScalarKind::boolean:
            name.booleans += count;
            return;
    }
}

class RunNames {
 public:
    RunNames(GroupReader& group, SpanSelection selection)
        : group_(group), selection_(std::move(selection)) {}

    Result<std::shared_ptr<const RunCounts>> run() {
        if (group_.head().find(GroupColumn::raw_document) != GroupHead::npos)
            TRY(leave_out_raw_documents());
        TRY(count_templates());
        TRY(count_columns());
        auto counts = std::make_shared<NameCounts>(selection_.traces());
        counts->names = table_.take();
        return std::shared_ptr<const RunCounts>(std::move(counts));
    }

 private:
    /// Calls with each block that may have selected spans, its first span and its templates.
    template <class Visit>
    Result<void> each_block(const Visit& visit) {
        const auto& first = group_.layout().block_first;
        for (std::size_t block = 0; block + 1 < first.size(); ++block) {
            if (!selection_.has_block(block)) continue;
            const auto templates = TRY(group_.template_codes(block));
            TRY(visit(block, first[block], *templates));
        }
        return {};
    }

    Result<void> leave_out_raw_documents() {
        return each_block([&](std::size_t, std::uint32_t first,
                              const std::vector<std::uint32_t>& templates) -> Result<void> {
            for (std::uint32_t i = 0; i < templates.size(); ++i)
                if (templates[i] < template_first && selection_.has_span(first + i))
                    selection_.leave_out(first + i);
            return {};
        });
    }

    /// Texts and numbers are as many as the spans whose shapes have them.
    Result<void> count_templates() {
        std::vector<std::uint64_t> spans(group_.layout().codes());
        TRY(each_block([&](std::size_t, std::uint32_t first,
                           const std::vector<std::uint32_t>& templates) -> Result<void> {
            for (std::uint32_t i = 0; i < templates.size(); ++i)
                if (selection_.has_span(first + i)) ++spans[templates[i]];
            return {};
        }));
        const TemplateDictionary& dictionary = group_.head().dictionary;
        std::vector<std::uint64_t> of_template(dictionary.templates.size());
        std::vector<std::uint64_t> of_member(dictionary.objects.members().size());
        for (std::size_t i = 0; i < dictionary.shapes.size(); ++i) {
            const RowShape& shape = dictionary.shapes[i];
            const std::uint64_t count = spans[template_first + i];
            of_template[shape.template_index] += count;
            for (const std::uint32_t form : dictionary.forms_of(shape))
                for (const std::uint32_t member : dictionary.objects.members_of(form))
                    of_member[member] += count;
        }
        for (std::size_t i = 0; i < of_template.size(); ++i)
            for (const Slot& slot : dictionary.templates[i].slots)
                add_slot(slot.kind, dictionary.paths[slot.path], of_template[i]);
        for (std::size_t i = 0; i < of_member.size(); ++i) {
            const ObjectMember& member = dictionary.objects.members()[i];
            add_slot(member.kind, dictionary.paths[member.path], of_member[i]);
        }
        return {};
    }

    void add_slot(SlotKind kind, const std::string& path, std::uint64_t count) {
        const bool is_text = kind == SlotKind::text || kind == SlotKind::name;
        if (count == 0 || (!is_text && kind != SlotKind::number)) return;
        if (is_attribute_path(path))
            table_.add(path, is_text ? ScalarKind::text : ScalarKind::number, count);
    }

    /// Literals, some of which are null, and what was kept whole.
    Result<void> count_columns() {
        const GroupHead& head = group_.head();
        for (std::size_t index = 0; index < head.columns.size(); ++index) {
            const GroupColumn kind = head.columns[index].column;
            if (kind != GroupColumn::literal && kind != GroupColumn::json) continue;
            const std::string& path = head.dictionary.paths[head.columns[index].path];
            if (!is_attribute_path(path)) continue;
            const PathColumns::Column column{
                .index = index, .kind = kind, .templates = templates_of(group_, index)};
            if (kind == GroupColumn::literal)
                TRY(count_literals(column, path));
            else
                TRY(count_whole(column, path));
        }
        return {};
    }

    Result<void> count_literals(const PathColumns::Column& column, const std::string& path) {
        std::uint64_t booleans = 0;
        const auto visit = [&](std::size_t block, std::uint32_t first,
                               const std::vector<std::uint32_t>& templates) -> Result<void> {
            const ColumnHead& head = group_.head().columns[column.index];
            if (head.values[block] == 0) return {};
            const auto literals = TRY(group_.codes(column.index, place_of(head, block).chunk));
            return each_value(group_, column, block, templates, [&](std::size_t i, std::size_t at) {
                const bool is_selected = selection_.has_span(first + static_cast<std::uint32_t>(i));
                if (is_selected && literals->value(at) != literal_null) ++booleans;
            });
        };
        TRY(each_block(visit));
        if (booleans > 0) table_.add(path, ScalarKind::boolean, booleans);
        return {};
    }

    Result<void> count_whole(const PathColumns::Column& column, const std::string& path) {
        return each_block([&](std::size_t block, std::uint32_t first,
                              const std::vector<std::uint32_t>& templates) -> Result<void> {
            const ColumnHead& head = group_.head().columns[column.index];
            if (head.values[block] == 0) return {};
            const auto texts = TRY(group_.texts(column.index, place_of(head, block).chunk));
            // Equal ones are read once, where the chunk knows them.
            std::vector<std::uint64_t> of_entry(texts->distinct());
            std::vector<std::size_t> others;
            TRY(each_value(group_, column, block, templates, [&](std::size_t i, std::size_t at) {
                if (!selection_.has_span(first + static_cast<std::uint32_t>(i))) return;
                if (of_entry.empty())
                    others.push_back(at);
                else
                    ++of_entry[texts->code(at)];
            }));
            for (std::size_t entry = 0; entry < of_entry.size(); ++entry)
                if (of_entry[entry] > 0)
                    TRY(count_json(texts->entry(entry), path, of_entry[entry]));
            for (const std::size_t at : others)
                TRY(count_json(texts->value(at, scratch_), path, 1));
            return {};
        });
    }

    Result<void> count_json(std::string_view json, const std::string& path, std::uint64_t count) {
        const auto add = [&](std::uint32_t, std::string_view at, const ScalarView& value) {
            table_.add(at, value.kind, count);
        };
        const auto read = reader_.visit_value(json, path, add);
        if (!read) return group_.damaged(read.error().message());
        return {};
    }

    GroupReader& group_;
    SpanSelection selection_;
    NameTable table_{std::numeric_limits<std::size_t>::max()};
    AttributeReader reader_;
    std::string scratch_;
};

}  // namespace

AttributeName& NameTable::find(std::string_view path) {
    auto place = names_.find(path);
    if (place == names_.end()) {
        place = names_.emplace(path, AttributeName{.path = std::string(path)}).first;
        bytes_ += entry_bytes + 2 * path.size();
    }
    return place->second;
}

void NameTable::add(std::string_view path, ScalarKind kind, std::uint64_t count) {
    count_kind(find(path), kind, count);
}

void NameTable::add(const AttributeName& name) {
    AttributeName& own = find(name.path);
    own.texts += name.texts;
    own.numbers += name.numbers;
    own.booleans += name.booleans;
}

std::vector<AttributeName> NameTable::take() {
    std::vector<AttributeName> names;
    for (auto& [path, name] : names_) {
        if (names.size() == limit_) break;
        names.push_back(std::move(name));
    }
    names_.clear();
    return names;
}

Result<std::shared_ptr<const RunCounts>> NameCounter::count(GroupReader& group,
                                                            const column::Bitmap& rows) const {
    SpanSelection selection = TRY(SpanSelection::of(group, rows));
    return RunNames(group, std::move(selection)).run();
}

void NameCounter::add(const RunCounts& counts) {
    for (const AttributeName& name : static_cast<const NameCounts&>(counts).names) table_.add(name);
}

}  // namespace tomograph
