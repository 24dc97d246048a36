#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/group_table.h"
#include "catalog/insight_table.h"
#include "catalog/policy_table.h"
#include "catalog/records.h"
#include "catalog/sampling_rule_table.h"
#include "catalog/setting_table.h"
#include "catalog/tag_table.h"

namespace tomograph {

/// What a transaction sees. Use it, and its tables, inside of the call that it was given to.
class CatalogView {
 public:
    virtual ~CatalogView() = default;

    virtual const GroupTable& groups() const = 0;
    virtual const SamplingRuleTable& sampling_rules() const = 0;
    virtual const TagTable& tags() const = 0;
    virtual const SettingTable& settings() const = 0;
    virtual const PolicyTable& policies() const = 0;
    virtual const InsightTable& insights() const = 0;
};

/// A transaction that changes.
class CatalogChange : public CatalogView {
 public:
    using CatalogView::groups;
    using CatalogView::insights;
    using CatalogView::policies;
    using CatalogView::sampling_rules;
    using CatalogView::settings;
    using CatalogView::tags;
    virtual GroupTable& groups() = 0;
    virtual SamplingRuleTable& sampling_rules() = 0;
    virtual TagTable& tags() = 0;
    virtual SettingTable& settings() = 0;
    virtual PolicyTable& policies() = 0;
    virtual InsightTable& insights() = 0;
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
    virtual Result<void> read(const std::function<Result<void>(const CatalogView&)>& look) = 0;

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
