#pragma once

#include <map>

#include "base/bytes.h"
#include "base/guarded.h"
#include "store/signal/signal.h"

namespace tomograph::testing {

/// The plainest signal: a record is a line, a part is a list of lines.
class LineContent final : public SignalContent {
 public:
    using Lines = std::map<std::uint64_t, std::string>;

    void apply(Lsn lsn, Instant received, std::string record) override {
        received_ = received;
        (*open_.lock())[lsn.value] = std::move(record);
    }
    std::uint64_t open_bytes() const override {
        std::uint64_t bytes = 0;
        for (const auto& [lsn, line] : *open_.lock()) bytes += line.size();
        return bytes;
    }
    SignalFlush begin_flush() override {
        const Lines lines = *open_.lock();
        if (lines.empty()) return {};
        SignalFlush flush{.through = Lsn{lines.rbegin()->first}, .parts = {}};
        flush.parts.push_back(plan(lines, received_.second()));
        return flush;
    }
    void drop(Lsn through) override {
        std::erase_if(*open_.lock(), [&](const auto& line) { return line.first <= through.value; });
    }
    SignalPartPlan merge(std::vector<std::shared_ptr<SignalPart>> parts) override {
        const std::int64_t second = parts.front()->facts().second_min;
        return {.second = second,
                .write = [parts, second](PartBlockWriter& writer) -> Result<PartFacts> {
                    Lines all;
                    for (const auto& part : parts) {
                        Lines some = TRY(lines_of(*part));
                        all.merge(some);
                    }
                    return write(writer, all, second);
                }};
    }
    Result<std::unique_ptr<SignalPartContent>> open_part(const PartBlockReader& blocks) override {
        static_cast<void>(TRY(blocks.read(PartSection::log_heads, 0)));
        return std::unique_ptr<SignalPartContent>();
    }

    /// All lines by their numbers; `twice` counts those that are in two places.
    Lines all(Signal& signal, std::size_t& twice) {
        const Lines open = *open_.lock();
        const auto view = signal.view();
        Lines all;
        const auto add = [&](const Lines& lines) {
            for (const auto& [lsn, line] : lines)
                if (!all.emplace(lsn, line).second) ++twice;
        };
        for (const auto& part : view->parts) {
            const auto lines = lines_of(*part);
            if (lines) add(*lines);
        }
        Lines newer = open;
        std::erase_if(newer, [&](const auto& line) { return line.first <= view->through.value; });
        add(newer);
        return all;
    }

 private:
    static Result<Lines> lines_of(const SignalPart& part) {
        Lines lines;
        const std::string block = TRY(part.blocks().read(PartSection::log_heads, 0));
        ByteReader reader(block);
        while (reader.remaining() > 0) {
            const std::uint64_t lsn = reader.varint();
            lines[lsn] = std::string(reader.text());
        }
        return lines;
    }
    static SignalPartPlan plan(const Lines& lines, std::int64_t second) {
        return {.second = second, .write = [lines, second](PartBlockWriter& writer) {
                    return write(writer, lines, second);
                }};
    }
    static Result<PartFacts> write(PartBlockWriter& writer, const Lines& lines,
                                   std::int64_t second) {
        std::string block;
        ByteWriter bytes(block);
        for (const auto& [lsn, line] : lines) {
            bytes.varint(lsn);
            bytes.text(line);
        }
        TRY(writer.append(PartSection::log_heads, 0, block, FrameCodec::zstd));
        PartFacts facts;
        facts.spans = lines.size();
        facts.second_min = facts.second_max = second;
        facts.start_min = facts.end_max = Instant::from_seconds(second);
        facts.lsn_min = Lsn{lines.begin()->first};
        facts.lsn_max = Lsn{lines.rbegin()->first};
        return facts;
    }

    mutable Guarded<Lines> open_;
    Instant received_;
};

}  // namespace tomograph::testing
