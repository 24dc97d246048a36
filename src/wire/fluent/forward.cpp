#include "wire/fluent/forward.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "wire/fluent/msgpack.h"
#include "wire/json/escapes.h"
#include "wire/json/utf8.h"
#include "wire/limits.h"
#include "wire/logs/line_facts.h"

namespace tomograph {
namespace {

using Kind = MsgpackToken::Kind;

constexpr std::int8_t event_time_type = 0;
constexpr std::size_t event_time_bytes = 8;

struct Renamed {
    std::string_view key;
    std::string_view attribute;
};
/// What says who wrote the line: of FireLens, Docker's driver, Fluent Bit's kubernetes filter.
constexpr std::array<Renamed, 14> resource_keys{
    {{"container_id", "container.id"},
     {"container_name", "container.name"},
     {"ecs_cluster", "aws.ecs.cluster.name"},
     {"ecs_task_arn", "aws.ecs.task.arn"},
     {"ecs_task_definition", "aws.ecs.task.definition"},
     {"ec2_instance_id", "host.id"},
     {"kubernetes.pod_name", "k8s.pod.name"},
     {"kubernetes.namespace_name", "k8s.namespace.name"},
     {"kubernetes.container_name", "k8s.container.name"},
     {"kubernetes.host", "k8s.node.name"},
     {"kubernetes.docker_id", "container.id"},
     {"kubernetes.pod_id", "k8s.pod.uid"},
     {"service.name", "service.name"},
     {"service", "service.name"}}};

constexpr std::array<std::string_view, 4> body_keys{"log", "message", "msg", "MESSAGE"};

Error broken(std::string_view what) {
    return Error(ErrorCode::invalid, fmt::format("forward message: {}", what));
}

Result<Instant> time_of(const MsgpackToken& token, Instant received) {
    switch (token.kind) {
        case Kind::integer:
            if (token.integer == 0) return received;
            if (token.integer < 0 || token.integer > 9'000'000'000) return received;
            return Instant::from_seconds(token.integer);
        case Kind::number:
            if (!(token.number > 0 && token.number < 9e9)) return received;
            return Instant{static_cast<std::int64_t>(token.number * 1e9)};
        case Kind::extension: {
            if (token.extension != event_time_type || token.text.size() != event_time_bytes)
                return broken("a time of an unknown type");
            std::uint64_t value = 0;
            for (const char c : token.text) value = value << 8 | static_cast<std::uint8_t>(c);
            return Instant{static_cast<std::int64_t>(value >> 32) * 1'000'000'000 +
                           static_cast<std::int64_t>(value & 0xffffffff)};
        }
        case Kind::nil:
            return received;
        default:
            return broken("an entry without a time");
    }
}

std::string clean(std::string_view text) { return to_utf8(text); }

class EntryReader {
 public:
    EntryReader(const FluentMessage& message, const FluentBounds& bounds)
        : tag_(clean(message.tag)), bounds_(bounds) {}

    Result<FluentLines> read(FluentMessage::Entries kind, std::string_view entries) {
        MsgpackReader reader(entries);
        if (kind == FluentMessage::Entries::one) {
            TRY(read_entry(reader));
        } else if (kind == FluentMessage::Entries::listed) {
            const MsgpackToken list = reader.next();
            if (list.kind != Kind::array) return broken("its entries are no array");
            for (std::uint32_t i = 0; i < list.count && !reader.failed(); ++i)
                TRY(read_listed(reader));
        } else {
            while (!reader.at_end() && !reader.failed()) TRY(read_listed(reader));
        }
        if (reader.failed()) return broken("its entries are cut short");
        return std::move(lines_);
    }

 private:
    Result<void> read_listed(MsgpackReader& reader) {
        if (entries_++ == fluent_entries_max)
            return broken(fmt::format("more than {} entries", fluent_entries_max));
        if (bytes_ > bounds_.bytes_max)
            return broken(fmt::format("lines of more than {} bytes", bounds_.bytes_max));
        const MsgpackToken entry = reader.next();
        if (entry.kind != Kind::array || entry.count != 2)
            return broken("an entry is no pair of time and record");
        return read_entry(reader);
    }

    /// Fluent Bit's second form: [[time, metadata], record].
    Result<void> read_entry(MsgpackReader& reader) {
        MsgpackToken time = reader.next();
        if (time.kind == Kind::array && time.count == 2) {
            time = reader.next();
            reader.skip();
        }
        LogRecord record;
        record.time = TRY(time_of(time, bounds_.received));
        const std::size_t begin = reader.offset();
        const MsgpackToken map = reader.next();
        if (reader.failed() || map.kind != Kind::map) return broken("a record is no map");
        members_.clear();
        member_count_ = 0;
        for (std::uint32_t i = 0; i < map.count; ++i) TRY(read_member(reader, "", 0));
        if (reader.failed()) return broken("a record is cut short");
        take(std::move(record), reader.offset() - begin);
        return {};
    }

    /// A member, or the members of a map of the collector's: kubernetes.
    Result<void> read_member(MsgpackReader& reader, const std::string& before, unsigned depth) {
        const MsgpackToken key = reader.next();
        if (reader.failed() || (key.kind != Kind::text && key.kind != Kind::bytes))
            return broken("a key that is no text");
        std::string path = before + clean(key.text);
        const bool is_opened = reader.kind() == Kind::map && depth < 1 && path == "kubernetes";
        if (is_opened) {
            const MsgpackToken map = reader.next();
            for (std::uint32_t i = 0; i < map.count && !reader.failed(); ++i)
                TRY(read_member(reader, path + ".", depth + 1));
            return {};
        }
        Member member{.key = std::move(path), .is_text = false, .value = {}};
        if (reader.kind() == Kind::text || reader.kind() == Kind::bytes) {
            member.is_text = true;
            member.value = clean(reader.next().text);
        } else {
            TRY(append_json(reader, member.value));
        }
        // Of a line that has too many none is needed.
        if (++member_count_ <= bounds_.attributes_max) members_.push_back(std::move(member));
        return {};
    }

    struct Member {
        std::string key;
        bool is_text = false;  ///< else JSON
        std::string value;

        std::string json() const {
            if (!is_text) return value;
            std::string quoted;
            append_quoted(value, quoted);
            return quoted;
        }
    };

    void take(LogRecord record, std::size_t bytes) {
        if (bytes > bounds_.line_bytes_max || member_count_ > bounds_.attributes_max) {
            if (lines_.rejected++ == 0)
                lines_.why =
                    fmt::format("a line of {} bytes and {} members, at most {} and {}", bytes,
                                member_count_, bounds_.line_bytes_max, bounds_.attributes_max);
            return;
        }
        const Member* body = nullptr;
        for (const std::string_view key : body_keys) {
            const auto found = std::find_if(members_.begin(), members_.end(),
                                            [&](const Member& each) { return each.key == key; });
            if (body == nullptr && found != members_.end()) body = &*found;
        }
        if (body != nullptr) {
            record.body = body->value;
            record.is_body_json = !body->is_text;
        }
        // A container's line ends where the driver cut it.
        while (!record.is_body_json && !record.body.empty() &&
               (record.body.back() == '\n' || record.body.back() == '\r'))
            record.body.pop_back();
        std::map<std::string, std::string> resource;
        for (const Member& member : members_) {
            if (&member == body) continue;
            const auto known = std::find_if(
                resource_keys.begin(), resource_keys.end(),
                [&](const Renamed& each) { return each.key == member.key && member.is_text; });
            if (known != resource_keys.end())
                resource[std::string(known->attribute)] = member.json();
            else
                record.attributes.push_back({.key = member.key, .value = member.json()});
        }
        record.stream = stream_of(resource);
        find_ids(record);
        find_severity(record);
        bytes_ += bytes;
        lines_.batch.records.push_back(std::move(record));
    }

    std::string service() const {
        for (const std::string_view key :
             {std::string_view("service.name"), std::string_view("service"),
              std::string_view("kubernetes.container_name"), std::string_view("container_name")}) {
            const auto found =
                std::find_if(members_.begin(), members_.end(), [&](const auto& each) {
                    return each.key == key && each.is_text && !each.value.empty();
                });
            if (found == members_.end()) continue;
            // Docker's names begin with a slash.
            return found->value.front() == '/' ? found->value.substr(1) : found->value;
        }
        return tag_;
    }

    std::uint32_t stream_of(const std::map<std::string, std::string>& resource) {
        LogStream stream;
        stream.service = service();
        stream.resource = "{";
        const auto add = [&](std::string_view key, std::string_view json) {
            if (stream.resource.size() > 1) stream.resource += ',';
            append_quoted(key, stream.resource);
            stream.resource += ':';
            stream.resource += json;
        };
        for (const auto& [key, json] : resource) add(key, json);
        std::string quoted;
        append_quoted(tag_, quoted);
        add("fluent.tag", quoted);
        stream.resource += '}';
        auto& streams = lines_.batch.streams;
        const auto known = streams_.find(stream);
        if (known != streams_.end()) return known->second;
        const auto index = static_cast<std::uint32_t>(streams.size());
        streams_.emplace(stream, index);
        bytes_ += stream.service.size() + stream.resource.size();
        streams.push_back(std::move(stream));
        return index;
    }

    std::string tag_;
    const FluentBounds& bounds_;
    std::size_t entries_ = 0;
    std::size_t bytes_ = 0;
    std::size_t member_count_ = 0;  ///< of the line; `members_` are the first of them
    std::vector<Member> members_;
    std::map<LogStream, std::uint32_t> streams_;
    FluentLines lines_;
};

}  // namespace

Result<FluentMessage> read_fluent_message(std::string_view bytes) {
    MsgpackReader reader(bytes);
    const MsgpackToken list = reader.next();
    if (reader.failed() || list.kind != Kind::array) return broken("it is no array");
    const MsgpackToken tag = reader.next();
    if (reader.failed() || (tag.kind != Kind::text && tag.kind != Kind::bytes))
        return broken("its tag is no text");
    if (tag.text == "PING" && list.count == 6)
        return broken("the handshake by a shared key is not supported: leave shared_key out");
    if (list.count < 2 || list.count > 4)
        return broken(fmt::format("{} members instead of 2 to 4", list.count));
    if (tag.text.size() > fluent_tag_bytes_max)
        return broken(
            fmt::format("a tag of {} bytes, at most {}", tag.text.size(), fluent_tag_bytes_max));
    FluentMessage message;
    message.tag = tag.text;
    const std::size_t begin = reader.offset();
    std::uint32_t used = 2;
    if (reader.kind() == Kind::array && list.count <= 3) {
        message.kind = FluentMessage::Entries::listed;
        reader.skip();
    } else if (reader.kind() == Kind::text || reader.kind() == Kind::bytes) {
        message.kind = FluentMessage::Entries::packed;
        message.entries = reader.next().text;
    } else {
        if (list.count < 3) return broken("it has a time and no record");
        reader.skip();
        reader.skip();
        used = 3;
    }
    if (reader.failed()) return broken("it is cut short");
    if (message.kind != FluentMessage::Entries::packed)
        message.entries = bytes.substr(begin, reader.offset() - begin);
    if (list.count == used) return message;
    const MsgpackToken options = reader.next();
    if (options.kind == Kind::nil && !reader.failed()) return message;
    if (options.kind != Kind::map) return broken("its options are no map");
    for (std::uint32_t i = 0; i < options.count && !reader.failed(); ++i) {
        const std::string_view key = reader.next().text;
        if (key != "chunk" && key != "compressed") {
            reader.skip();
            continue;
        }
        (key == "chunk" ? message.chunk : message.compression) = reader.next().text;
    }
    if (reader.failed()) return broken("its options are cut short");
    return message;
}

Result<FluentLines> read_fluent_entries(const FluentMessage& message, std::string_view entries,
                                        const FluentBounds& bounds) {
    return EntryReader(message, bounds).read(message.kind, entries);
}

std::string fluent_ack(std::string_view chunk) {
    std::string ack(
        "\x81\xa3"
        "ack");
    if (chunk.size() < 32) {
        ack += static_cast<char>(0xa0 | chunk.size());
    } else {
        ack += static_cast<char>(0xdb);
        for (int shift = 24; shift >= 0; shift -= 8)
            ack += static_cast<char>(chunk.size() >> shift & 0xff);
    }
    ack += chunk;
    return ack;
}

}  // namespace tomograph
