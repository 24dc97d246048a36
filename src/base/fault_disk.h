#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault_file_data.h"
#include "base/fault_random.h"
#include "base/result.h"

namespace tomograph {

/// A file or a directory of the simulated disk.
struct FaultNode {
    using Entries = std::map<std::string, std::shared_ptr<FaultNode>, std::less<>>;

    std::uint64_t id = 0;
    bool is_directory = false;
    FaultFileData data;       // of a file
    Entries entries;          // of a directory, as processes see it
    Entries durable_entries;  // of a directory, as after a power cut
};

/// The tree of the simulated disk in its two states, and the journal of changes between the two.
///
/// Each change of names is atomic, a rename with both its names. A change that survives a power cut
/// brings along the earlier ones of the same names, as every file system's own journal does;
/// changes of different names survive one without the other. A file's bytes and its name know
/// nothing of each other. Not for threads.
class FaultDisk {
 public:
    using Node = std::shared_ptr<FaultNode>;

    FaultDisk();

    /// errors: not_found.
    Result<Node> find(const std::string& path) const;
    /// errors: not_found (its directory), conflict (the name is taken).
    Result<Node> create_file(const std::string& path);
    Result<void> rename(const std::string& from, const std::string& to);
    /// errors: not_found, invalid (a directory), conflict (the name is taken).
    Result<void> link(const std::string& from, const std::string& to);
    Result<void> remove(const std::string& path);
    /// Durable at once, as the real file system's.
    Result<void> make_directories(const std::string& path);
    Result<void> sync_directory(const std::string& path);
    /// A failed sync: no later one of this directory makes the changes of until now durable.
    Result<void> forget_unsynced(const std::string& directory);

    /// How many names a file has, as processes see it.
    std::uint64_t links_of(const FaultNode& file) const;
    /// Bytes of all files that have a name.
    std::uint64_t used_bytes() const;
    void power_cut(FaultRandom& random);

 private:
    /// Where a path leads: the directory that holds it, and its last name ("" for the root).
    struct Place {
        Node directory;
        std::string name;

        Node node() const;
    };
    struct Assignment {
        Node directory;
        std::string name;
        Node node;  // null: the name is gone
    };
    struct Change {
        std::vector<Assignment> assignments;
        bool needs_all_before = false;
        bool is_forgotten = false;

        bool touches(const Node& directory) const;
    };

    Result<Node> find_directory(const std::string& path) const;
    Result<Place> place_of(const std::string& path) const;
    Node make_node(bool is_directory);
    void change(Change change);
    /// Makes those changes durable that `is_wanted` picks, and the earlier ones they need.
    void commit(const std::function<bool(const Change&)>& is_wanted);

    Node root_;
    std::uint64_t next_id_ = 0;
    std::vector<Change> journal_;
};

}  // namespace tomograph
