#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/records.h"

namespace tomograph {

/// What a transaction sees. Use it inside of the call that it was given to.
class CatalogView {
 public:
    virtual ~CatalogView() = default;

    /// By name.
    virtual Result<std::vector<GroupRecord>> groups() = 0;
    /// Of any resource; none where nobody set some.
    virtual Result<Tags> tags(std::string_view arn) = 0;
};

/// A transaction that changes. Each function audits what it did.
class CatalogChange : public CatalogView {
 public:
    struct NewGroup {
        std::string name;
        std::string arn;
        InsightsRecord insights;
        std::string filter;
        Lsn first;  ///< of its first version
    };
    /// errors: conflict (the name or ARN is taken)
    virtual Result<void> add_group(const NewGroup& group) = 0;
    /// errors: not_found
    virtual Result<void> set_insights(std::string_view name, const InsightsRecord& insights) = 0;
    /// The filter from here on. errors: not_found
    virtual Result<void> add_group_version(std::string_view name, std::string_view filter,
                                           Lsn first) = 0;
    /// With its tags. errors: not_found
    virtual Result<void> remove_group(std::string_view name) = 0;

    /// Adds to those that are there, or replaces values.
    virtual Result<void> set_tags(std::string_view arn, const Tags& tags) = 0;
    /// Keys that are not there are fine.
    virtual Result<void> remove_tags(std::string_view arn,
                                     const std::vector<std::string>& keys) = 0;
};

/// The records of the control plane, and the audit of their changes. The seam between SQLite in the
/// data directory and a database that several servers share.
///
/// A change is on stable storage before change() returns, whole or not at all; changes come one
/// after the other, and no read sees half of one. Threads: any; calls block on the disk.
class Catalog {
 public:
    virtual ~Catalog() = default;

    /// errors: those of `look`; io, corrupt
    virtual Result<void> read(const std::function<Result<void>(CatalogView&)>& look) = 0;

    /// An error of `work` undoes all that it did, and is returned.
    /// errors: those of `work`; io, limit (the disk is full), corrupt, conflict
    virtual Result<void> change(const ChangeOrigin& origin,
                                const std::function<Result<void>(CatalogChange&)>& work) = 0;

    /// Records above `after`, oldest first, at most `limit`.
    virtual Result<std::vector<AuditRecord>> audit(std::uint64_t after, std::size_t limit) = 0;

    /// Writes a copy, as of one moment, on stable storage: open() takes it. Changes wait meanwhile.
    /// errors: conflict (`path` exists), io, limit
    virtual Result<void> copy_to(const std::string& path) = 0;
};

}  // namespace tomograph
