// Accounts, and the export that takes its time.
#include <fmt/format.h>

#include "demo/shop/services.h"

namespace tomograph::demo {
namespace {

constexpr auto ms = Duration::milliseconds;
constexpr auto us = Duration::microseconds;

}  // namespace

Reply authenticate(Story& story, const Call& call) {
    Frame frame(story, users, call);
    frame.spend(us(400));
    frame.query({.database = "accounts@users-db.internal",
                 .type = "PostgreSQL",
                 .sql = "SELECT id, password_hash FROM accounts WHERE email = $1",
                 .median = ms(3)});
    frame.open("verify password");
    frame.spend(ms(48), 0.1);  // argon2 takes its time on purpose
    frame.close();
    const bool wrong = story.random.chance(0.08);
    frame.segment().annotations.boolean("accepted", !wrong);
    return frame.finish(wrong ? 401 : 200);
}

Reply export_report(Story& story, const Call& call) {
    Frame frame(story, reports, call);
    frame.segment().annotations.text("report", "sales");
    frame.spend(ms(2));
    frame.send_in_progress();
    const std::int64_t pages = story.random.between(4, 9);
    for (std::int64_t page = 1; page <= pages; ++page) {
        frame.open(fmt::format("page {}", page));
        frame.aws({.service = "DynamoDB",
                   .operation = "Scan",
                   .key = "table_name",
                   .resource = "Orders",
                   .median = ms(420)});
        frame.spend(ms(180), 0.5);
        frame.close();
        frame.stream_last();
    }
    frame.aws({.service = "S3",
               .operation = "PutObject",
               .key = "bucket_name",
               .resource = "shop-reports",
               .median = ms(60)});
    return frame.finish(200);
}

}  // namespace tomograph::demo
