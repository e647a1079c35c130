#include <array>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/rfc3339.hpp"
#include "contract/repository/opened_repository.hpp"
#include "support/wait_until.hpp"

// What every repository promises of reading, of the sweeper's rows and of a schema that is not as it should be.

namespace notifier::testing {
namespace {

using Catch::Matchers::ContainsSubstring;

}  // namespace

TEMPLATE_LIST_TEST_CASE("Ids that no event can have are not found", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  for (const std::string& id :
       {std::string{}, std::string{"\xC3\xA9"}, std::string{"' OR 1=1 -- "}, std::string(1000, 'x')}) {
    const auto found = opened.repository->find(id);
    REQUIRE(found.has_value());
    CHECK_FALSE(found->has_value());
  }
}

TEMPLATE_LIST_TEST_CASE("Times are UTC", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  const auto now = [] { return to_rfc3339(std::chrono::system_clock::now()); };
  const std::string before = now();
  opened.attempt(request_for("e1"), NotificationStatus::failed_retrying, "refused");
  const std::string after = now();
  const NotificationRecord row = opened.find("e1");
  CHECK(before <= row.created_at);
  CHECK(row.created_at <= row.updated_at);
  CHECK(row.updated_at <= after);
  CHECK(row.attempts.at(0).at == row.updated_at);
}

TEMPLATE_LIST_TEST_CASE("Payloads of all kinds come back as they were sent, byte for byte", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  const std::string deep = std::string(28, '[') + std::string(28, ']');
  const std::array<std::string, 20> values{"-2.5e-7",
                                           "1e300",
                                           "1.10",
                                           "1E2",
                                           "12345678901234567890123",
                                           "-0.0",
                                           "9007199254740993",
                                           "-9223372036854775808",
                                           "0.1",
                                           R"("")",
                                           R"("it's \"quoted\" \\ \\' and `ticked`")",
                                           R"("\\")",
                                           R"("100% %s _")",
                                           R"("a\u0000b\u001a\n\r\t")",
                                           "\"\xC3\xBC \xE4\xB8\xAD \xF0\x9F\x92\xA9\"",
                                           R"("\ud83d\udca9")",
                                           R"({"b":1,"a":{"z":[],"y":{}},"":2})",
                                           R"([true,false,null])",
                                           R"("\u003c/script\u003e")",
                                           deep};
  for (const std::string& value : values) {
    const Event event = event_with("e" + std::to_string(&value - values.data()), R"(,"value":)" + value);
    REQUIRE(opened.verdict({.event = event}) == ClaimVerdict::ours);
    CHECK(opened.find(event.id).payload == event.payload);
  }
}

TEMPLATE_LIST_TEST_CASE("Two sweepers never get the same notification", "[repository]", EveryRepository) {
  constexpr int events = 60;
  constexpr std::chrono::seconds idle{2};
  Opened<TestType> opened;
  std::vector<ClaimRequest> requests;
  for (int i = 0; i < events; ++i) requests.push_back(request_for("e" + std::to_string(i)));
  static_cast<void>(opened.claim(requests, std::chrono::milliseconds{1}));

  std::vector<std::string> taken;
  const auto take = [&](std::size_t limit) { return opened.repository->take_stuck(idle, limit); };
  REQUIRE(wait_until([&] {
    const auto first = take(1);
    if (first && !first->empty()) taken.push_back(first->front().event_id);
    return !taken.empty();
  }));

  // The others are as old as the first one. What is taken is not old enough again until `idle` has passed once more.
  std::mutex mutex;
  std::vector<std::string> failures;
  {
    std::vector<std::jthread> sweepers;
    for (int i = 0; i < 4; ++i) {
      sweepers.emplace_back([&] {
        while (true) {
          const auto some = take(7);
          const std::lock_guard lock{mutex};
          if (!some) failures.push_back(some.error().detail);
          if (!some || some->empty()) return;
          for (const StuckNotification& notification : *some) taken.push_back(notification.event_id);
        }
      });
    }
  }
  CHECK(failures.empty());
  CHECK(std::set<std::string>(taken.begin(), taken.end()).size() == taken.size());
  CHECK(taken.size() == events);
}

TEMPLATE_LIST_TEST_CASE("Without the schema every call is refused and says what to do", "[repository]", EveryRepository) {
  const TestType storage;
  const auto repository = storage.open();
  const ClaimRequest request = request_for("e1");
  const auto pinged = repository->ping();
  REQUIRE_FALSE(pinged.has_value());
  CHECK(pinged.error().kind == RepositoryError::Kind::refused);
  CHECK_THAT(pinged.error().detail, ContainsSubstring("notifier migrate"));
  CHECK(repository->claim({&request, 1}, terms(long_claim)).error().kind == RepositoryError::Kind::refused);
  CHECK(repository->find("e1").error().kind == RepositoryError::Kind::refused);

  REQUIRE(repository->migrate().has_value());
  CHECK(repository->find("e1").has_value());
}

}  // namespace notifier::testing
