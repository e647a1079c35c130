#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "broker/sqlite/publish_queue.hpp"
#include "support/wait_until.hpp"

namespace notifier::embedded {
namespace {

using namespace std::chrono_literals;
using testing::wait_until;

constexpr std::chrono::milliseconds soon{1};
constexpr std::chrono::milliseconds never{1h};

/// Counts the answers and keeps the last one.
struct PublishAnswers {
  std::atomic<int> count = 0;
  std::atomic<bool> published = false;
  std::atomic<PublishError> error{};

  PublishHandler handler() {
    return [this](std::expected<void, PublishError> result) {
      published = result.has_value();
      if (!result) error = result.error();
      ++count;
    };
  }
};

TEST_CASE("A publish that the writer does not finish in time is answered once, as unconfirmed", "[embedded]") {
  PublishAnswers answers;
  PublishQueue queue{soon};
  queue.add({}, answers.handler());
  REQUIRE(queue.begin_writing().size() == 1);
  REQUIRE(wait_until([&] { return answers.count == 1; }));
  CHECK(answers.error == PublishError::unconfirmed);
  CHECK(queue.is_late());
  queue.finish_writing({});
  CHECK(answers.count == 1);
  CHECK_FALSE(queue.is_late());
}

TEST_CASE("A publish that the writer does not begin in time is not published", "[embedded]") {
  PublishAnswers answers;
  PublishQueue queue{soon};
  queue.add({}, answers.handler());
  REQUIRE(wait_until([&] { return answers.count == 1; }));
  CHECK(answers.error == PublishError::unavailable);
  CHECK(queue.begin_writing().empty());
}

TEST_CASE("The queue of publishes is bounded in number", "[embedded]") {
  PublishAnswers taken;
  PublishAnswers last;
  PublishQueue queue{never};
  while (taken.count == 0) queue.add({}, taken.handler());
  CHECK(taken.error == PublishError::overloaded);
  queue.add({}, last.handler());
  CHECK(last.error == PublishError::overloaded);
  const std::size_t waiting = queue.begin_writing().size();
  queue.finish_writing({});
  CHECK(taken.count == static_cast<int>(waiting) + 1);
}

TEST_CASE("The queue of publishes is bounded in bytes", "[embedded]") {
  PublishAnswers answers;
  PublishQueue queue{never};
  Message large;
  large.body.assign(40 * 1024 * 1024, 'x');
  queue.add({.message = large}, answers.handler());
  REQUIRE(answers.count == 0);
  queue.add({.message = large}, answers.handler());
  CHECK(answers.count == 1);
  CHECK(answers.error == PublishError::overloaded);
  large.body.assign(80 * 1024 * 1024, 'x');
  queue.add({.message = large}, answers.handler());
  CHECK(answers.count == 2);
  CHECK(answers.error == PublishError::refused);
}

}  // namespace
}  // namespace notifier::embedded
