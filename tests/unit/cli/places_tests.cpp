#include "cli/settings/places.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace notifier;

TEST_CASE("Each line that begins with what the file sets gets its place, that of the key rather than of its table") {
  Places places;
  places.add_setting("API_PORT", "f:1:2");
  places.add_setting("API_KEY_FILE", "f:2:2");
  places.add_tables({{.kind = "routes",
                      .name = "r",
                      .place = "f:3:9",
                      .folder = {},
                      .entries = {{.key = "template", .place = "f:4:1", .values = {{.text = "t", .place = "f:4:12"}}},
                                  {.key = "events", .place = "f:5:1", .is_array = true, .values = {}}}}});
  CHECK(places.before("API_PORT: taken.") == "f:1:2: API_PORT: taken.");
  CHECK(places.before("API_PORT is taken.") == "f:1:2: API_PORT is taken.");
  CHECK(places.before("API_PORTS: x") == "API_PORTS: x");
  CHECK(places.before("API_PORT") == "API_PORT");
  CHECK(places.before("API_KEY is short") == "f:2:2: API_KEY is short");
  CHECK(places.before("[routes.r]: x\n[routes.r] template: y\n[routes.r] events: z\n[routes.q]: w") ==
        "f:3:9: [routes.r]: x\nf:4:12: [routes.r] template: y\nf:5:1: [routes.r] events: z\n[routes.q]: w");
  CHECK(places.before("").empty());
}
