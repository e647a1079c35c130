#include "http/api/route_table.hpp"

#include <catch2/catch_test_macros.hpp>

#include "http/api/handlers.hpp"

using namespace notifier::http;

namespace {

unsigned refused_with(std::string_view method, std::string_view path) {
  const auto found = find_route(method, path);
  const auto* refusal = std::get_if<Refusal>(&found);
  return refusal == nullptr ? 0 : refusal->status;
}

Handler handler_of(std::string_view method, std::string_view path) {
  const auto found = find_route(method, path);
  const auto* match = std::get_if<RouteMatch>(&found);
  return match == nullptr ? nullptr : match->route->handler;
}

bool needs_key(std::string_view method, std::string_view path) {
  return std::get<RouteMatch>(find_route(method, path)).route->role.has_value();
}

}  // namespace

TEST_CASE("each route leads to its handler") {
  CHECK(handler_of("POST", "/events/ingest") == ingest_event);
  CHECK(handler_of("POST", "/events/ingest/batch") == ingest_batch);
  CHECK(handler_of("GET", "/notifications") == list_notifications);
  CHECK(handler_of("GET", "/notifications/summary") == count_notifications);
  CHECK(handler_of("GET", "/notifications/%73ummary") == show_notification);
  CHECK(handler_of("GET", "/notifications/abc") == show_notification);
  CHECK(handler_of("GET", "/notifications/abc/mail") == show_notification);
  CHECK(handler_of("GET", "/notifications/summary/mail") == show_notification);
  CHECK(handler_of("GET", "/health") == show_health);
  CHECK(handler_of("GET", "/health/ready") == show_readiness);
  CHECK(handler_of("GET", "/openapi.json") == show_openapi);
}

TEST_CASE("only the health routes and the document are open without a key") {
  CHECK_FALSE(needs_key("GET", "/openapi.json"));
  CHECK(needs_key("POST", "/events/ingest"));
  CHECK(needs_key("POST", "/events/ingest/batch"));
  CHECK(needs_key("GET", "/notifications"));
  CHECK(needs_key("GET", "/notifications/summary"));
  CHECK(needs_key("GET", "/notifications/abc"));
  CHECK_FALSE(needs_key("GET", "/health"));
  CHECK_FALSE(needs_key("GET", "/health/ready"));
}

TEST_CASE("GET routes answer HEAD, others do not") {
  CHECK(handler_of("HEAD", "/health") == show_health);
  CHECK(refused_with("HEAD", "/events/ingest") == 405);
}

TEST_CASE("the event id is all of the rest, as it was sent") {
  for (const std::string_view id : {"a", "a%2Fb", "a/b", "summary/b", "/", "a/b/c/"}) {
    CAPTURE(id);
    const std::string path = "/notifications/" + std::string{id};
    const auto found = find_route("GET", path);
    CHECK(std::get<RouteMatch>(found).segment == id);
  }
  CHECK(refused_with("GET", "/notifications/") == 404);
}

TEST_CASE("the id of a dead letter's event is all that stands in its place") {
  for (const std::string_view id : {"1", "notif-a", "a%2Freplay", "a/b"}) {
    CAPTURE(id);
    const std::string path = "/dead-letters/" + std::string{id};
    CHECK(std::get<RouteMatch>(find_route("GET", path)).segment == id);
    for (const char* const change : {"/replay", "/edit", "/discard"}) {
      CHECK(std::get<RouteMatch>(find_route("POST", path + change)).segment == id);
      CHECK(refused_with("GET", path + change) == 405);
    }
  }
  CHECK(handler_of("GET", "/dead-letters/summary") == group_dead_letters);
  CHECK(handler_of("POST", "/dead-letters/replay") == replay_dead_letters);
}

TEST_CASE("the id of a replay is one segment") { CHECK(refused_with("GET", "/replays/1/2") == 404); }

TEST_CASE("paths are compared as they are") {
  CHECK(refused_with("GET", "/health/") == 404);
  CHECK(refused_with("GET", "//health") == 404);
  CHECK(refused_with("GET", "/Health") == 404);
  CHECK(refused_with("GET", "/%68ealth") == 404);
  CHECK(refused_with("GET", "/health/../health") == 404);
  CHECK(refused_with("GET", "") == 404);
  CHECK(refused_with("OPTIONS", "*") == 404);
}

TEST_CASE("another method is told which ones there are") {
  const auto ingest = find_route("GET", "/events/ingest");
  CHECK(std::get<Refusal>(ingest).status == 405);
  CHECK(std::get<Refusal>(ingest).allow == "POST");
  const auto health = find_route("DELETE", "/health");
  CHECK(std::get<Refusal>(health).status == 405);
  CHECK(std::get<Refusal>(health).allow == "GET, HEAD");
  CHECK(refused_with("get", "/health") == 405);
}
