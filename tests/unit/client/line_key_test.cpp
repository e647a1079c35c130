#include "http/client/line_key.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

using namespace notifier::client;

TEST_CASE("A line's key is the same each time, and another for another run, place or text") {
  const Line line{.number = 1, .text = "event"};
  CHECK(line_key("run", line) == "b12eaf9a69b4f34d53225bd6c9a2626ffe3faa28324216d36db013c12a87e790");
  const std::set<std::string> keys{line_key("run", line),
                                   line_key("other", line),
                                   line_key("run", {.number = 2, .text = "event"}),
                                   line_key("run", {.number = 1, .text = "other"}),
                                   line_key("run:1", {.number = 1, .text = "event"}),
                                   line_key("run", {.number = 1, .text = "1:event"})};
  CHECK(keys.size() == 6);
}
