#include <doctest/doctest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>

#include "api/group_operations.h"
#include "api/own/openapi_text.h"
#include "api/own/routes.h"
#include "api/retention_operations.h"
#include "api/store_operations.h"

using namespace tomograph;

namespace {

/// "GET /path" of each operation of the document, and under which operationId.
std::map<std::string, std::string> operations_of_document() {
    std::map<std::string, std::string> operations;
    std::istringstream lines{std::string(openapi_text())};
    std::string path;
    std::string method;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("  /") && line.ends_with(":")) path = line.substr(2, line.size() - 3);
        if (line == "    get:") method = "GET";
        if (line == "    post:") method = "POST";
        if (line == "    delete:") method = "DELETE";
        const std::string id = "      operationId: ";
        if (line.starts_with(id)) operations[method + " " + path] = line.substr(id.size());
    }
    return operations;
}

}  // namespace

TEST_CASE("every route below /api/v1 is in the OpenAPI document, and nothing else is") {
    std::set<std::string> routes;
    const std::map<std::string, std::string> told = operations_of_document();
    for (const OwnRoute& route : own_routes()) {
        const std::string operation = std::string(route.method) + " " + std::string(route.path);
        routes.insert(operation);
        CAPTURE(operation);
        REQUIRE(told.contains(operation));
        CHECK(told.at(operation) == route.name);
    }
    for (const auto& some :
         {StoreOperations::routes(), RetentionOperations::routes(), GroupOperations::routes()})
        for (const ApiRoute& route : some)
            routes.insert(std::string(route.method) + " " + std::string(route.path));
    for (const std::string& route : routes) CHECK_MESSAGE(told.contains(route), route);
    for (const auto& [operation, id] : told) CHECK_MESSAGE(routes.contains(operation), operation);
}
