#include "cli/map_tree.h"

#include <algorithm>

#include "cli/limits.h"

namespace tomograph::cli {
namespace {

struct Glyphs {
    std::string_view branch, branch_link, last, last_link, down, space;
};
constexpr Glyphs drawn = {"├▶ ", "├▷ ", "└▶ ", "└▷ ", "│  ", "   "};
constexpr Glyphs ascii = {"|> ", "|~ ", "`> ", "`~ ", "|  ", "   "};

class Walk {
 public:
    Walk(const ServiceMap& map, bool unicode)
        : map_(map), glyphs_(unicode ? drawn : ascii), seen_(map.nodes.size(), false) {}

    std::vector<MapRow> rows() {
        std::vector<std::size_t> clients;
        for (std::size_t i = 0; i < map_.nodes.size(); ++i)
            if (map_.nodes[i].is_client) clients.push_back(i);
        std::stable_sort(clients.begin(), clients.end(), [&](std::size_t a, std::size_t b) {
            return requests_of(a) > requests_of(b);
        });
        for (const std::size_t client : clients) start(client);
        for (std::size_t i = 0; i < map_.nodes.size(); ++i)
            if (!seen_[i] && map_.nodes[i].is_root) start(i);
        for (std::size_t i = 0; i < map_.nodes.size(); ++i)
            if (!seen_[i]) start(i);
        return std::move(rows_);
    }

 private:
    std::int64_t requests_of(std::size_t client) const {
        std::int64_t sum = 0;
        for (const MapCall& call : map_.nodes[client].calls) sum += call.figures.total;
        return sum;
    }

    void start(std::size_t node) {
        seen_[node] = true;
        rows_.push_back(
            {.branch = {}, .node = &map_.nodes[node], .figures = &map_.nodes[node].figures});
        descend(node, "", 1);
    }

    void descend(std::size_t node, const std::string& indent, std::size_t depth) {
        const std::vector<MapCall>& calls = map_.nodes[node].calls;
        for (std::size_t i = 0; i < calls.size(); ++i) {
            const bool is_last = i + 1 == calls.size();
            const std::size_t target = calls[i].target;
            const std::string_view arrow =
                is_last ? (calls[i].is_link ? glyphs_.last_link : glyphs_.last)
                        : (calls[i].is_link ? glyphs_.branch_link : glyphs_.branch);
            const bool is_repeated = seen_[target];
            const bool has_calls = !map_.nodes[target].calls.empty();
            rows_.push_back(
                {.branch = indent + std::string(arrow),
                 .node = &map_.nodes[target],
                 .figures = calls[i].is_link ? &map_.nodes[target].figures : &calls[i].figures,
                 .is_link = calls[i].is_link,
                 .is_repeated = is_repeated && has_calls});
            if (is_repeated || depth >= tree_depth_max) continue;
            seen_[target] = true;
            descend(target, indent + std::string(is_last ? glyphs_.space : glyphs_.down),
                    depth + 1);
        }
    }

    const ServiceMap& map_;
    const Glyphs& glyphs_;
    std::vector<bool> seen_;
    std::vector<MapRow> rows_;
};

}  // namespace

std::vector<MapRow> map_rows(const ServiceMap& map, bool unicode) {
    return Walk(map, unicode).rows();
}

}  // namespace tomograph::cli
