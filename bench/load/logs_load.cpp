// Sends OTLP/HTTP requests of log lines over keep-alive connections; arguments as of run_load().
//
// Lines as a shop's services write them: access lines, lines with ids and amounts in them, a stack
// trace now and then; a third names a trace.
#include <array>
#include <memory>
#include <protozero/pbf_writer.hpp>
#include <string>

#include "base/hash.h"
#include "load_run.h"
#include "workload/otlp_attributes.h"

namespace {

using tomograph::mix64;
using tomograph::load::wall_ns;
using tomograph::workload::add_text;

std::string hex(std::uint64_t value, int digits) {
    std::string text;
    for (int i = digits - 1; i >= 0; --i) text += "0123456789abcdef"[value >> (4 * i) & 15];
    return text;
}

struct Line {
    int severity = 9;
    std::string body;
};

Line line_of(std::uint64_t random) {
    const auto pick = [&](std::uint64_t many) {
        const std::uint64_t value = random % many;
        random = mix64(random);
        return std::to_string(value);
    };
    switch (mix64(random) % 16) {
        case 0:
            return {17, "payment declined for order " + pick(900'000) + ": card " + pick(10'000) +
                            " code=" + pick(60)};
        case 1:
            return {13, "retry " + pick(5) + " of 5 after " + pick(2000) +
                            " ms: connection to inventory-" + pick(12) + ":8080 timed out"};
        case 2:
            return {5, "cache miss key=session:" + hex(mix64(random), 16) + " ttl=" + pick(3600)};
        case 3:
            return {17,
                    "java.lang.IllegalStateException: cart " + pick(500'000) +
                        " is closed\n\tat shop.Cart.add(Cart.java:" + pick(400) +
                        ")\n\tat shop.CartController.put(CartController.java:88)\n\tat "
                        "org.springframework.web.method.support.InvocableHandlerMethod.doInvoke("
                        "InvocableHandlerMethod.java:205)"};
        case 4:
        case 5:
            return {9, "user " + pick(80'000) + " added sku-" + pick(20'000) + " quantity " +
                           pick(9) + " to cart " + pick(500'000)};
        default:
            return {9, "10.0." + pick(4) + "." + pick(250) + " - \"GET /api/orders/" +
                           pick(1'000'000) + " HTTP/1.1\" 200 " + pick(30'000) + " " + pick(900) +
                           "ms \"shop-client/2." + pick(9) + "\""};
    }
}

class Request final : public tomograph::load::RequestSource {
 public:
    Request(std::size_t lines, std::uint64_t seed) : lines_(lines), number_(seed) {}

    const std::string& next() override {
        std::string body;
        {
            protozero::pbf_writer request(body);
            protozero::pbf_writer resource_logs(request, 1);
            {
                constexpr std::array<std::string_view, 6> services{"cart",   "orders", "payment",
                                                                   "search", "front",  "inventory"};
                const std::string_view service = services[number_ % services.size()];
                protozero::pbf_writer resource(resource_logs, 1);
                add_text(resource, 1, "service.name", service);
                add_text(resource, 1, "host.name", "ip-10-0-1-" + std::to_string(number_ % 4));
                add_text(resource, 1, "k8s.pod.name",
                         std::string(service) + "-" + std::to_string(number_ % 3));
            }
            protozero::pbf_writer scope_logs(resource_logs, 2);
            {
                protozero::pbf_writer scope(scope_logs, 1);
                scope.add_string(1, "shop.logger");
            }
            for (std::size_t i = 0; i < lines_; ++i) add_line(scope_logs);
        }
        bytes_ =
            "POST /v1/logs HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-protobuf\r\n"
            "Content-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body;
        return bytes_;
    }

 private:
    void add_line(protozero::pbf_writer& scope_logs) {
        const std::uint64_t random = mix64(++number_);
        const Line line = line_of(random);
        const std::uint64_t now = wall_ns();
        protozero::pbf_writer record(scope_logs, 2);
        record.add_fixed64(1, now - random % 1'000'000);
        record.add_enum(2, line.severity);
        {
            protozero::pbf_writer any(record, 5);
            any.add_string(1, line.body);
        }
        add_text(record, 6, "thread", "http-nio-8080-exec-" + std::to_string(random % 32));
        add_text(record, 6, "logger", random % 3 == 0 ? "shop.Access" : "shop.CartController");
        record.add_fixed64(11, now);
        if (random % 3 != 0) return;
        const std::uint64_t ids[2] = {mix64(number_ / 10), mix64(number_ / 10 + 7)};
        record.add_bytes(9, reinterpret_cast<const char*>(ids), sizeof ids);
        record.add_bytes(10, reinterpret_cast<const char*>(ids), 8);
    }

    std::size_t lines_;
    std::uint64_t number_;
    std::string bytes_;
};

}  // namespace

int main(int argc, char** argv) {
    return tomograph::load::run_load(
        argc, argv, "lines",
        [](std::size_t lines, std::size_t connection) {
            return std::make_unique<Request>(lines, wall_ns() + (connection << 40));
        },
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export");
}
