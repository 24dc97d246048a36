#include "demo/shop/services.h"

namespace tomograph::demo {

namespace {
constexpr std::string_view fargate = "AWS::ECS::Fargate";
constexpr std::string_view container = "AWS::ECS::Container";
constexpr std::string_view instance = "AWS::EC2::Instance";
constexpr std::string_view python = "X-Ray for Python";
constexpr std::string_view node = "X-Ray for Node.js";
constexpr std::string_view java = "X-Ray for Java";
constexpr std::string_view go = "X-Ray for Go";
}  // namespace

const Service storefront{"storefront", fargate, node, "node 22", "4.2.0", "shop.example"};
const Service catalogue{"catalogue",    container, python,
                        "CPython 3.12", "2.9.1",   "catalogue.shop.internal"};
const Service recommendations{"recommendations", container, python,
                              "CPython 3.12",    "0.18.0",  "recommendations.shop.internal"};
const Service users{"users", container, go, "go 1.23", "1.4.0", "users.shop.internal"};
const Service cart{"cart", fargate, go, "go 1.23", "1.11.3", "cart.shop.internal"};
const Service inventory{"inventory",  container, java,
                        "OpenJDK 21", "3.0.2",   "inventory.shop.internal"};
const Service checkout{"checkout", fargate, java, "OpenJDK 21", "5.1.0", "checkout.shop.internal"};
const Service payment{"payment", fargate, python, "CPython 3.12", "7.3.2", "payment.shop.internal"};
const Service orders{"orders", container, node, "node 22", "3.8.0", "orders.shop.internal"};
const Service reports{"reports", container, java, "OpenJDK 21", "1.0.9", "reports.shop.internal"};
const Service shipping_worker{"shipping-worker", instance, go,
                              "go 1.23",         "2.0.0",  "shipping-worker"};
const Service receipts_lambda{"receipts", "AWS::Lambda", "", "", "", "receipts"};
const Service receipts_lambda_function{
    "receipts", "AWS::Lambda::Function", python, "CPython 3.12", "12", "receipts"};

}  // namespace tomograph::demo
