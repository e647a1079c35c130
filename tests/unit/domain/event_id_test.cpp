#include "notifier/event_id.hpp"

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

TEST_CASE("an idempotency key gives the same id for ever") {
  CHECK(event_id_from_idempotency_key("order-42") == "27a3c891-352b-56df-9bca-475ee2fb5c86");
  CHECK(event_id_from_idempotency_key("") == "5bc5223d-f0bb-53f5-868b-f392174f5480");
  CHECK(event_id_from_idempotency_key("clé") == "bfe26ce9-334f-5154-9bf8-858fbad56fb5");
}

TEST_CASE("other idempotency keys give other ids") {
  CHECK(event_id_from_idempotency_key("a") != event_id_from_idempotency_key("A"));
  CHECK(event_id_from_idempotency_key("a") != event_id_from_idempotency_key("a "));
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
