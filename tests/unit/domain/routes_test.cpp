#include "notifier/routes.hpp"

#include <catch2/catch_test_macros.hpp>

#include "domain/event_id.hpp"

using namespace notifier;

namespace {

Route route(std::string name, std::vector<std::string> event_types) {
  return {.name = std::move(name), .event_types = std::move(event_types), .senders = {"mock"}};
}

/// The name of the route of a message that names none; `-`: none takes the type.
std::string route_of(const Routes& routes, std::string_view event_id, std::string_view event_type) {
  const RouteChoice choice = routes.choose("", event_id, event_type);
  return choice.name.empty() ? "-" : choice.name;
}

bool takes(const std::string& pattern, std::string_view event_type) {
  return route_of(Routes{{route("only", {pattern})}}, "e1", event_type) == "only";
}

using NotificationIds = std::vector<std::string>;

/// The event ids of the notifications that an event leads to beside the one that the message is about.
NotificationIds further_ids(const Routes& routes, std::string_view event_id, std::string_view event_type) {
  const RouteChoice choice = routes.choose("", event_id, event_type);
  NotificationIds ids;
  if (choice.is_further) return ids;
  for (const FurtherNotification& further : routes.further_notifications(event_id, event_type, choice.name)) {
    CHECK(is_further_on(further.route, further.event_id));
    CHECK(routes.choose(further.route, further.event_id, event_type).is_further);
    ids.push_back(further.event_id);
  }
  return ids;
}

}  // namespace

TEST_CASE("a pattern takes the types that it names") {
  CHECK(takes("user_signup", "user_signup"));
  CHECK_FALSE(takes("user_signup", "user_signup_2"));
  CHECK_FALSE(takes("user_signup_2", "user_signup"));
  CHECK_FALSE(takes("user_signup", "User_signup"));
  CHECK(takes("*", "anything at all"));
  CHECK(takes("order_*", "order_shipped"));
  CHECK(takes("order_*", "order_"));
  CHECK_FALSE(takes("order_*", "reorder_shipped"));
  CHECK(takes("*_shipped", "order_shipped"));
  CHECK_FALSE(takes("*_shipped", "order_shipped_late"));
  CHECK(takes("a*b*c", "a-b-b-c"));
  CHECK(takes("a**c", "ac"));
  CHECK_FALSE(takes("a*b*c", "a-c-b"));
  CHECK_FALSE(takes("", "x"));
  CHECK_FALSE(takes("order.shipped", "order_shipped"));
  CHECK_FALSE(takes("order?shipped", "order_shipped"));
}

TEST_CASE("no other character than the star stands for others, and many stars take no time") {
  CHECK(takes("[a-z]", "[a-z]"));
  CHECK_FALSE(takes("[a-z]", "b"));
  std::string many_stars;
  for (int i = 0; i < 60; ++i) many_stars += "*a";
  CHECK_FALSE(takes(many_stars + "b", std::string(255, 'a')));
}

TEST_CASE("an event has a notification for each route that takes its type, the first one under its own id") {
  const Routes routes{{route("mail", {"user_*", "order_*"}), route("shop", {"order_*"}), route("audit", {"*"})}};
  CHECK_FALSE(routes.empty());

  CHECK(further_ids(routes, "e1", "order_shipped") == NotificationIds{"e1/shop", "e1/audit"});
  CHECK(route_of(routes, "e1", "order_shipped") == "mail");
  CHECK(route_of(routes, "e1/shop", "order_shipped") == "shop");
  CHECK(route_of(routes, "e1/audit", "order_shipped") == "audit");

  CHECK(further_ids(routes, "e1", "user_signup") == NotificationIds{"e1/audit"});
  CHECK(further_ids(routes, "e1", "invoice") == NotificationIds{});
  CHECK(route_of(routes, "e1", "invoice") == "audit");
}

TEST_CASE("the notification of a further route leads to no further ones") {
  const Routes routes{{route("mail", {"*"}), route("shop", {"*"}), route("audit", {"*"})}};
  for (const char* id : {"e1/shop", "e1/audit"}) {
    CAPTURE(id);
    CHECK(further_ids(routes, id, "order").empty());
  }
}

TEST_CASE("an id of another producer may have slashes of its own") {
  const Routes routes{{route("mail", {"*"}), route("shop", {"order_*"}), route("audit", {"user_*"})}};
  const auto is_first = [&](std::string_view id, std::string_view type, const NotificationIds& further) {
    CAPTURE(id, type);
    CHECK(route_of(routes, id, type) == "mail");
    CHECK(further_ids(routes, id, type) == further);
  };
  is_first("tenant/42", "order_paid", {"tenant/42/shop"});
  is_first("tenant/", "order_paid", {"tenant//shop"});
  is_first("/", "order_paid", {"//shop"});
  is_first("shop", "order_paid", {"shop/shop"});
  is_first("e1/mail", "order_paid", {"e1/mail/shop"});    // the first route has the event's own id
  is_first("e1/shop", "user_signup", {"e1/shop/audit"});  // that route does not take the type
  is_first("e1/shop/2", "order_paid", {"e1/shop/2/shop"});
  CHECK(route_of(routes, "tenant/42/shop", "order_paid") == "shop");
}

TEST_CASE("a notification stays with its route, wherever that stands now, and goes to no other when it is gone") {
  const std::string id = "0199d5a8-7f6e-7c3b-9d2a-3f5b8c7e6a10";
  const Routes before{{route("mail", {"*"}), route("audit", {"*"}), route("hook", {"*"})}};
  CHECK(route_of(before, id + "/audit", "order") == "audit");

  const Routes moved{{route("audit", {"*"}), route("mail", {"*"}), route("hook", {"*"})}};
  CHECK(route_of(moved, id + "/audit", "order") == "audit");
  CHECK(further_ids(moved, id + "/audit", "order").empty());

  const Routes without{{route("mail", {"*"}), route("audit", {"user_*"}), route("hook", {"*"})}};
  CHECK(route_of(without, id + "/hooks", "order") == "hooks");
  CHECK(without.find("hooks") == nullptr);
  CHECK(further_ids(without, id + "/hooks", "order").empty());
}

TEST_CASE("an id that would become too long is replaced by one that is always the same") {
  const Routes routes{{route("mail", {"*"}), route("shop", {"*"})}};
  const std::string fits(123, 'a');
  CHECK(further_ids(routes, fits, "order") == NotificationIds{fits + "/shop"});

  const std::string too_long(124, 'a');
  const NotificationIds ids = further_ids(routes, too_long, "order");
  REQUIRE(ids.size() == 1);
  CHECK(ids.front() == "4638fdf5-1fb1-5225-a34d-c6295a7c907c/shop");
  CHECK(is_valid_event_id(ids.front()));
  CHECK(further_ids(routes, too_long, "order") == ids);
  CHECK(further_ids(routes, std::string(124, 'b'), "order") != ids);
  CHECK(route_of(routes, ids.front(), "order") == "shop");
  CHECK(further_ids(routes, ids.front(), "order").empty());
}

TEST_CASE("what no route takes has none") {
  const Routes routes{{route("mail", {"user_*"})}};
  CHECK(route_of(routes, "e1", "order") == "-");
  CHECK(further_ids(routes, "e1", "order").empty());
  const Routes none{{}};
  CHECK(none.empty());
  CHECK(route_of(none, "e1", "order") == "-");
  CHECK(further_ids(none, "e1", "order").empty());
}

TEST_CASE("a message that names its route goes on no other, wherever it stands and whether it is there or not") {
  const Routes routes{{route("mail", {"*"}), route("shop", {"*"})}};
  for (const char* name : {"mail", "shop", "gone"}) {
    CAPTURE(name);
    const RouteChoice choice = routes.choose(name, "order-17/second", "order");
    CHECK(choice.name == name);
    CHECK(choice.is_further);
  }
}

TEST_CASE("an event that went first on what is not the first route any more still reaches the others") {
  const Routes routes{{route("new", {"*"}), route("mail", {"*"})}};
  const auto further = routes.further_notifications("e1", "order", "mail");
  REQUIRE(further.size() == 1);
  CHECK(further.front().event_id == "e1/new");
  CHECK(further.front().route == "new");
}

TEST_CASE("only an id that ends with the route's name is one of a further notification") {
  CHECK(is_further_on("mail", "e1/mail"));
  CHECK_FALSE(is_further_on("mail", "e1"));
  CHECK_FALSE(is_further_on("mail", "mail"));
  CHECK_FALSE(is_further_on("", "e1/"));
  CHECK_FALSE(is_further_on("", "e1"));
}
