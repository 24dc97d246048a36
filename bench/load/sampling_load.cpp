// Sends GetSamplingTargets as programs do, each with documents of so many rules; arguments as of
// run_load().
#include <cstdio>
#include <memory>
#include <string>

#include "http_client.h"
#include "load_run.h"

namespace {

using tomograph::load::wall_ns;

/// Programs that a connection speaks for, one after the other.
constexpr std::uint64_t programs = 250;

class Request final : public tomograph::load::RequestSource {
 public:
    Request(std::size_t documents, std::size_t connection)
        : documents_(documents), first_program_(connection * programs) {}

    const std::string& next() override {
        char text[256];
        const std::uint64_t program = first_program_ + ++number_ % programs;
        std::string body = R"({"SamplingStatisticsDocuments":[)";
        for (std::size_t rule = 0; rule < documents_; ++rule) {
            std::snprintf(text, sizeof text,
                          R"(%s{"RuleName":"%s","ClientID":"%024llx","Timestamp":%.3f,)"
                          R"("RequestCount":50,"SampledCount":5,"BorrowCount":0})",
                          rule == 0 ? "" : ",", rule == 0 ? "Default" : "none",
                          static_cast<unsigned long long>(program),
                          static_cast<double>(wall_ns()) / 1e9);
            body += text;
        }
        body += "]}";
        bytes_ = "POST /SamplingTargets HTTP/1.1\r\nHost: bench\r\nContent-Length: " +
                 std::to_string(body.size()) + "\r\n\r\n" + body;
        return bytes_;
    }

 private:
    std::size_t documents_;
    std::uint64_t first_program_;
    std::uint64_t number_ = 0;
    std::string bytes_;
};

}  // namespace

int main(int argc, char** argv) {
    return tomograph::load::run_load(argc, argv, "documents",
                                     [](std::size_t documents, std::size_t connection) {
                                         return std::make_unique<Request>(documents, connection);
                                     });
}
