#include "base/fault_disk.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace tomograph {
namespace {

Error not_found(const std::string& path) {
    return Error(ErrorCode::not_found, fmt::format("{}: no such file or directory", path));
}

std::vector<std::string> names_of(const std::string& path) {
    std::vector<std::string> names;
    std::size_t start = 0;
    while (start < path.size()) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        std::string name = path.substr(start, end - start);
        start = end + 1;
        if (name == ".." && !names.empty()) names.pop_back();
        if (!name.empty() && name != "." && name != "..") names.push_back(std::move(name));
    }
    return names;
}

bool holds(const FaultNode& tree, const FaultNode* wanted) {
    return &tree == wanted ||
           std::any_of(tree.entries.begin(), tree.entries.end(),
                       [&](const auto& entry) { return holds(*entry.second, wanted); });
}

void assign(FaultNode::Entries& entries, const std::string& name,
            const std::shared_ptr<FaultNode>& node) {
    if (node)
        entries[name] = node;
    else
        entries.erase(name);
}

/// A file with several names counts once.
std::uint64_t used_below(const FaultNode& node, std::set<const FaultNode*>& seen) {
    if (!seen.insert(&node).second) return 0;
    std::uint64_t bytes = node.data.visible().size();
    for (const auto& [name, child] : node.entries) bytes += used_below(*child, seen);
    return bytes;
}

std::uint64_t names_below(const FaultNode& node, const FaultNode& file) {
    std::uint64_t names = 0;
    for (const auto& [name, child] : node.entries)
        names += (child.get() == &file ? 1 : 0) + names_below(*child, file);
    return names;
}

void cut_below(FaultNode& node, const CutOdds& odds) {
    node.data.power_cut(odds, node.id);
    node.entries = node.durable_entries;
    for (const auto& [name, child] : node.entries) cut_below(*child, odds);
}

/// Why `from` cannot take the name of `to`; the codes are the real file system's.
Result<void> check_replaces(const FaultNode& from, const FaultNode& to, const std::string& path) {
    if (from.is_directory && !to.is_directory)
        return Error(ErrorCode::not_found, fmt::format("rename to {}: not a directory", path));
    if (!from.is_directory && to.is_directory)
        return Error(ErrorCode::invalid, fmt::format("rename to {}: is a directory", path));
    if (!to.entries.empty())
        return Error(ErrorCode::conflict, fmt::format("rename to {}: directory not empty", path));
    return {};
}

}  // namespace

FaultDisk::FaultDisk() : root_(make_node(true)) {}

FaultDisk::Node FaultDisk::make_node(bool is_directory) {
    auto node = std::make_shared<FaultNode>();
    node->id = next_id_++;
    node->is_directory = is_directory;
    return node;
}

FaultDisk::Node FaultDisk::Place::node() const {
    if (name.empty()) return directory;
    const auto at = directory->entries.find(name);
    return at == directory->entries.end() ? nullptr : at->second;
}

Result<FaultDisk::Place> FaultDisk::place_of(const std::string& path) const {
    const std::vector<std::string> names = names_of(path);
    if (names.empty()) return Place{root_, ""};
    Place place{root_, names.front()};
    for (std::size_t i = 1; i < names.size(); ++i) {
        const Node directory = place.node();
        if (!directory || !directory->is_directory) return not_found(path);
        place = {directory, names[i]};
    }
    return place;
}

Result<FaultDisk::Node> FaultDisk::find(const std::string& path) const {
    const Place place = TRY(place_of(path));
    Node node = place.node();
    if (!node) return not_found(path);
    return node;
}

Result<FaultDisk::Node> FaultDisk::create_file(const std::string& path) {
    const Place place = TRY(place_of(path));
    if (place.node())
        return Error(ErrorCode::conflict, fmt::format("create {}: file exists", path));
    Node node = make_node(false);
    change({.assignments = {{place.directory, place.name, node}}});
    return node;
}

Result<void> FaultDisk::rename(const std::string& from, const std::string& to) {
    const Place source = TRY(place_of(from));
    const Place target = TRY(place_of(to));
    const Node node = source.node();
    if (!node) return not_found(from);
    if (node == target.node()) return {};
    if (source.name.empty() || target.name.empty() || holds(*node, target.directory.get()))
        return Error(ErrorCode::invalid, fmt::format("rename {} to {}: into itself", from, to));
    if (target.node()) TRY(check_replaces(*node, *target.node(), to));
    // A directory that moved without the moves before it could end up inside itself.
    change({.assignments = {{source.directory, source.name, nullptr},
                            {target.directory, target.name, node}},
            .needs_all_before = node->is_directory && source.directory != target.directory});
    return {};
}

Result<void> FaultDisk::link(const std::string& from, const std::string& to) {
    const Node node = TRY(find(from));
    const Place target = TRY(place_of(to));
    if (node->is_directory)
        return Error(ErrorCode::invalid, fmt::format("link {}: is a directory", from));
    if (target.name.empty() || target.node())
        return Error(ErrorCode::conflict, fmt::format("link to {}: file exists", to));
    if (!target.directory->is_directory) return not_found(to);
    change({.assignments = {{target.directory, target.name, node}}});
    return {};
}

Result<void> FaultDisk::remove(const std::string& path) {
    const Place place = TRY(place_of(path));
    const Node node = place.node();
    if (!node) return not_found(path);
    if (place.name.empty())
        return Error(ErrorCode::io, fmt::format("remove {}: is the root", path));
    if (!node->entries.empty())
        return Error(ErrorCode::conflict, fmt::format("remove {}: directory not empty", path));
    change({.assignments = {{place.directory, place.name, nullptr}}});
    return {};
}

Result<void> FaultDisk::make_directories(const std::string& path) {
    std::string part;
    for (const std::string& name : names_of(path)) {
        part += "/" + name;
        const Place place = TRY(place_of(part));
        const Node node = place.node();
        if (node && node->is_directory) continue;
        if (node)
            return Error(ErrorCode::conflict,
                         fmt::format("make directory {}: a file has this name", part));
        change({.assignments = {{place.directory, place.name, make_node(true)}}});
        TRY(sync_directory(part + "/.."));
    }
    return {};
}

Result<FaultDisk::Node> FaultDisk::find_directory(const std::string& path) const {
    Node node = TRY(find(path));
    if (!node->is_directory) return not_found(path);
    return node;
}

Result<void> FaultDisk::sync_directory(const std::string& path) {
    const Node directory = TRY(find_directory(path));
    commit([&](const Change& change) { return change.touches(directory) && !change.is_forgotten; });
    return {};
}

Result<void> FaultDisk::forget_unsynced(const std::string& path) {
    const Node directory = TRY(find_directory(path));
    for (Change& change : journal_)
        if (change.touches(directory)) change.is_forgotten = true;
    return {};
}

bool FaultDisk::Change::touches(const Node& directory) const {
    return std::any_of(assignments.begin(), assignments.end(),
                       [&](const Assignment& a) { return a.directory == directory; });
}

void FaultDisk::change(Change change) {
    for (const Assignment& a : change.assignments) assign(a.directory->entries, a.name, a.node);
    journal_.push_back(std::move(change));
}

void FaultDisk::commit(const std::function<bool(const Change&)>& is_wanted) {
    std::set<std::pair<const FaultNode*, std::string_view>> needed;
    bool all_needed = false;
    std::vector<bool> chosen(journal_.size());
    for (std::size_t i = journal_.size(); i-- > 0;) {
        const Change& change = journal_[i];
        chosen[i] = is_wanted(change) || all_needed ||
                    std::any_of(change.assignments.begin(), change.assignments.end(),
                                [&](const Assignment& a) {
                                    return needed.contains({a.directory.get(), a.name});
                                });
        if (!chosen[i]) continue;
        all_needed = all_needed || change.needs_all_before;
        for (const Assignment& a : change.assignments) needed.emplace(a.directory.get(), a.name);
    }
    std::vector<Change> rest;
    for (std::size_t i = 0; i < journal_.size(); ++i) {
        if (!chosen[i]) {
            rest.push_back(std::move(journal_[i]));
            continue;
        }
        for (const Assignment& a : journal_[i].assignments)
            assign(a.directory->durable_entries, a.name, a.node);
    }
    journal_ = std::move(rest);
}

std::uint64_t FaultDisk::links_of(const FaultNode& file) const { return names_below(*root_, file); }

std::uint64_t FaultDisk::used_bytes() const {
    std::set<const FaultNode*> seen;
    return used_below(*root_, seen);
}

void FaultDisk::power_cut(FaultRandom& random) {
    const CutOdds odds = CutOdds::draw(random);
    commit([&](const Change&) { return random.below(16) < odds.kept_of_16; });
    journal_.clear();
    cut_below(*root_, odds);
}

}  // namespace tomograph
