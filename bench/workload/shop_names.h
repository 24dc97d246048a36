#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tomograph::workload {

// The words of the made-up shop. Indexes into these tables are what W1Span holds.

struct Operation {
    std::string_view name;
    std::string_view method;
    std::string_view path;  ///< the object's number is put behind it
};

inline constexpr std::array<std::string_view, 14> service_names = {
    "frontend", "checkout",       "cart",    "catalog",   "payments", "shipping", "email",
    "currency", "recommendation", "adverts", "inventory", "pricing",  "fraud",    "accounts"};

/// Of every service, its own under its own host: 14 x 8.
inline constexpr std::array<Operation, 8> operations = {{
    {"List", "GET", "/api/v1/items?page="},
    {"Get", "GET", "/api/v1/items/"},
    {"Create", "POST", "/api/v1/items/"},
    {"Update", "PUT", "/api/v1/items/"},
    {"Delete", "DELETE", "/api/v1/items/"},
    {"Search", "GET", "/api/v1/search?q="},
    {"Batch", "POST", "/api/v1/batch/"},
    {"Status", "GET", "/internal/status/"},
}};

inline constexpr std::uint32_t containers_per_service = 4;
inline constexpr std::uint32_t container_count = service_names.size() * containers_per_service;

struct AwsCall {
    std::string_view service;
    std::string_view operation;
    std::string_view resource_key;
    std::string_view resource_prefix;
};

inline constexpr std::array<AwsCall, 10> aws_calls = {{
    {"DynamoDB", "GetItem", "table_name", "shop-"},
    {"DynamoDB", "PutItem", "table_name", "shop-"},
    {"DynamoDB", "Query", "table_name", "shop-"},
    {"DynamoDB", "UpdateItem", "table_name", "shop-"},
    {"S3", "GetObject", "bucket_name", "shop-assets-"},
    {"S3", "PutObject", "bucket_name", "shop-assets-"},
    {"SQS", "SendMessage", "queue_url", "https://sqs.eu-west-1.amazonaws.com/123456789012/"},
    {"SNS", "Publish", "topic_arn", "arn:aws:sns:eu-west-1:123456789012:"},
    {"Lambda", "Invoke", "function_name", "shop-"},
    {"SecretsManager", "GetSecretValue", "secret_id", "shop/"},
}};

inline constexpr std::array<std::string_view, 6> sql_queries = {
    "SELECT id, state, total FROM orders WHERE customer_id = ? ORDER BY created DESC LIMIT ?",
    "SELECT * FROM items WHERE order_id = ?",
    "INSERT INTO events (kind, payload, created) VALUES (?, ?, ?)",
    "UPDATE stock SET amount = amount - ? WHERE item_id = ? AND amount >= ?",
    "SELECT price, currency FROM prices WHERE item_id = ANY(?)",
    "DELETE FROM sessions WHERE expires < ?",
};

inline constexpr std::array<std::string_view, 8> local_steps = {
    "validate", "render", "serialize", "authorize", "cache.lookup", "retry", "compress", "rank"};

/// Four of the world outside, and the shop's own client.
inline constexpr std::array<std::string_view, 5> user_agents = {
    "Mozilla/5.0 (X11; Linux x86_64) Chrome/131.0", "Mozilla/5.0 (iPhone; OS 18_1) Safari/605.1",
    "ShopApp/7.12.1 (Android 15)", "python-requests/2.32.3",
    "Apache-HttpClient/4.5.14 (Java/17.0.9)"};

inline constexpr std::array<std::string_view, 5> exception_types = {
    "java.net.SocketTimeoutException", "java.lang.IllegalStateException",
    "java.sql.SQLTransientException", "java.util.concurrent.RejectedExecutionException",
    "java.lang.NullPointerException"};

}  // namespace tomograph::workload
