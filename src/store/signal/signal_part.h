#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "store/engine/manifest.h"
#include "store/part/block_reader.h"

namespace tomograph {

struct SignalMetrics;

/// What the content of a signal keeps of an open part.
struct SignalPartContent {
    virtual ~SignalPartContent() = default;
};

/// A part of a signal that readers may use as long as they hold it. Its file goes when it is doomed
/// and nobody does.
class SignalPart {
 public:
    SignalPart(FileSystem& files, SignalMetrics& metrics, ManifestPart listed,
               std::unique_ptr<PartBlockReader> reader)
        : files_(files),
          metrics_(metrics),
          listed_(std::move(listed)),
          reader_(std::move(reader)) {}
    ~SignalPart();
    SignalPart(const SignalPart&) = delete;
    SignalPart& operator=(const SignalPart&) = delete;

    std::uint64_t id() const { return listed_.id; }
    const ManifestPart& listed() const { return listed_; }
    const PartFacts& facts() const { return listed_.facts; }
    const PartBlockReader& blocks() const { return *reader_; }
    const std::string& path() const { return reader_->path(); }

    void set_content(std::unique_ptr<SignalPartContent> content) { content_ = std::move(content); }
    /// What SignalContent::open_part() made of it.
    const SignalPartContent& content() const { return *content_; }

    void doom() { is_doomed_ = true; }
    /// A block of it cannot be read: counted and logged. The others stay in use, but a merge would
    /// make the loss final, so it is left out of merges.
    void report_damage(const Error& error) const;
    bool is_damaged() const { return is_damaged_; }

 private:
    FileSystem& files_;
    SignalMetrics& metrics_;
    ManifestPart listed_;
    std::unique_ptr<PartBlockReader> reader_;
    std::unique_ptr<SignalPartContent> content_;
    std::atomic<bool> is_doomed_{false};
    mutable std::atomic<bool> is_damaged_{false};
};

using SignalParts = std::vector<std::shared_ptr<const SignalPart>>;

/// All live parts at one moment, by id. Immutable.
struct SignalView {
    std::vector<std::shared_ptr<SignalPart>> parts;
    /// Records up to this number are in the parts, all others are open.
    Lsn through;
};

}  // namespace tomograph
