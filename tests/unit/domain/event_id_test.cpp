#include "domain/event_id.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace notifier;

namespace {

std::int64_t milliseconds_in(const std::string& uuid) {
  return std::stoll(uuid.substr(0, 8) + uuid.substr(9, 4), nullptr, 16);
}

std::int64_t milliseconds_now() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

TEST_CASE("a new event id is a UUIDv7 of the present time in lower case") {
  const std::int64_t before = milliseconds_now();
  const std::string id = new_event_id();
  const std::int64_t after = milliseconds_now();

  CHECK(std::regex_match(id, std::regex{"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"}));
  CHECK(milliseconds_in(id) >= before);
  CHECK(milliseconds_in(id) <= after + 1000);
  CHECK(is_valid_event_id(id));
}

TEST_CASE("each new event id is greater than the one before") {
  std::vector<std::string> ids;
  for (int i = 0; i < 10'000; ++i) ids.push_back(new_event_id());
  CHECK(std::ranges::adjacent_find(ids, std::greater_equal{}) == ids.end());
}

TEST_CASE("threads never get the same event id") {
  constexpr std::size_t threads = 4;
  constexpr std::size_t ids_each = 5'000;
  std::vector<std::vector<std::string>> ids(threads);
  {
    std::vector<std::jthread> workers;
    for (auto& own : ids) {
      workers.emplace_back([&own] {
        for (std::size_t i = 0; i < ids_each; ++i) own.push_back(new_event_id());
      });
    }
  }
  std::set<std::string> distinct;
  for (const auto& own : ids) distinct.insert(own.begin(), own.end());
  CHECK(distinct.size() == threads * ids_each);
}

TEST_CASE("the random part of event ids differs") { CHECK(new_event_id().substr(19) != new_event_id().substr(19)); }

TEST_CASE("an idempotency key gives the same id forever") {
  CHECK(event_id_from({.key = "order-42"}) == "73f30b3f-979b-5772-b1fd-6a5e8f3c2c36");
  CHECK(event_id_from({.client = "shop", .key = "order-42"}) == "b4ce583d-4729-54c4-b6e9-1a1e4a49e8d5");
  CHECK(event_id_from({.client = "shop", .key = "clé", .batch_index = 12}) == "8468dcd3-d75d-550c-ad7c-8116a65d59f1");
}

TEST_CASE("idempotency keys that differ in any part give other ids") {
  const std::vector<IdempotencyKey> keys{{.key = "a"},
                                         {.key = "A"},
                                         {.key = "a "},
                                         {.key = "a/0"},
                                         {.client = "c", .key = "a"},
                                         {.client = "ca", .key = ""},
                                         {.client = "a", .key = "c"},
                                         {.client = "c", .key = "a", .batch_index = 0},
                                         {.client = "c", .key = "a", .batch_index = 10},
                                         {.client = "c", .key = "a1", .batch_index = 0},
                                         {.client = "c5:event1:a", .key = ""},
                                         {.key = "a", .batch_index = 0},
                                         {.key = "a", .batch_index = 1}};
  std::set<std::string> ids;
  for (const IdempotencyKey& key : keys) ids.insert(event_id_from(key));
  CHECK(ids.size() == keys.size());
}

TEST_CASE("event ids of other producers are 1 to 128 printable ASCII characters") {
  CHECK(is_valid_event_id("x"));
  CHECK(is_valid_event_id("!~[order/42]:\"'"));
  CHECK(is_valid_event_id(std::string(128, 'x')));

  CHECK_FALSE(is_valid_event_id(""));
  CHECK_FALSE(is_valid_event_id(std::string(129, 'x')));
  CHECK_FALSE(is_valid_event_id("a b"));
  CHECK_FALSE(is_valid_event_id("a\n"));
  CHECK_FALSE(is_valid_event_id("a\x7f"));
  CHECK_FALSE(is_valid_event_id("é"));
  CHECK_FALSE(is_valid_event_id(std::string(1, '\0')));
}

TEST_CASE("The id of a notification means its event, unless an event has exactly that id") {
  using Ids = std::vector<std::string>;
  CHECK(event_ids_meant_by("e1") == Ids{"e1"});
  CHECK(event_ids_meant_by("notif-e1") == Ids{"notif-e1", "e1"});
  CHECK(event_ids_meant_by("notif-") == Ids{"notif-"});
  const std::string longest(128, 'e');
  CHECK(event_ids_meant_by("notif-" + longest) == Ids{longest});
  CHECK(event_ids_meant_by("notif-" + longest + "e").empty());
  CHECK(event_ids_meant_by("no id").empty());
  CHECK(event_ids_meant_by("").empty());
}
