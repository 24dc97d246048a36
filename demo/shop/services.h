#pragma once

#include "demo/document_writer.h"
#include "demo/frame.h"

namespace tomograph::demo {

// The shop. Each service is one function per endpoint: it takes the story and the call, tells what
// the service does, and returns when and how it answered.

extern const Service storefront;
extern const Service catalogue;
extern const Service recommendations;
extern const Service users;
extern const Service cart;
extern const Service inventory;
extern const Service checkout;
extern const Service payment;
extern const Service orders;
extern const Service reports;
extern const Service shipping_worker;
extern const Service receipts_lambda;           ///< the Lambda service's own segment
extern const Service receipts_lambda_function;  ///< what runs inside

// storefront.cpp: what a browser asks for
Reply get_home(Story& story, const Call& call);
Reply get_product(Story& story, const Call& call);
Reply get_category(Story& story, const Call& call);
Reply post_login(Story& story, const Call& call);
Reply post_cart(Story& story, const Call& call);
Reply post_checkout(Story& story, const Call& call);

// catalogue.cpp
Reply catalogue_list(Story& story, const Call& call);  ///< slow: one query a product (N+1)
Reply catalogue_product(Story& story, const Call& call);
Reply recommend(Story& story, const Call& call);  ///< slow on a cache miss
Reply stock_level(Story& story, const Call& call);

// checkout.cpp
Reply cart_add(Story& story, const Call& call);  ///< DynamoDB throttles it now and then
Reply cart_read(Story& story, const Call& call);
Reply checkout_order(Story& story, const Call& call);
Reply charge(Story& story, const Call& call);       ///< about 3 % faults with an exception
Reply place_order(Story& story, const Call& call);  ///< puts two messages into queues

// back_office.cpp
Reply authenticate(Story& story, const Call& call);   ///< about 8 % wrong passwords
Reply export_report(Story& story, const Call& call);  ///< seconds long: in progress first, streamed

// consumers.cpp: traces of their own, linked to the message that started them
void consume_shipment(Story& producer, std::string_view message_id, Instant sent);
void consume_receipt(Story& producer, std::string_view message_id, Instant sent);

}  // namespace tomograph::demo
