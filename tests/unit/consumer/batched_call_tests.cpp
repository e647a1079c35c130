#include "consumer/batched_call.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>
#include <expected>
#include <memory>
#include <span>
#include <vector>

using notifier::Backoff;
using notifier::BatchedCall;
using notifier::Clock;
using notifier::RepositoryError;

namespace {

namespace asio = boost::asio;

using Doubling = BatchedCall<int, int>;

/// Runs everything on one thread, so that what gathers is determined by the order of calls alone.
struct Fixture {
  asio::io_context context{1};
  std::vector<std::size_t> batches;
  std::vector<int> answers;
  int failures_left = 0;
  int at_fault = -1;
  RepositoryError::Kind kind_of_fault = RepositoryError::Kind::unavailable;
  int calls_at_fault = 0;
  bool given_up = false;

  std::unique_ptr<Clock> clock = notifier::make_steady_clock(context.get_executor());
  Doubling doubling{context.get_executor(),
                    context.get_executor(),
                    *clock,
                    Backoff{std::chrono::milliseconds{1}, std::chrono::milliseconds{2}},
                    {.batch_size = 4, .parallel_calls = 1, .failures = 3},
                    [this](std::span<const int> requests) { return answer(requests); }};

  std::expected<std::vector<Doubling::Answer>, RepositoryError> answer(std::span<const int> requests) {
    if (failures_left > 0) {
      --failures_left;
      return std::unexpected{RepositoryError{}};
    }
    batches.push_back(requests.size());
    std::vector<Doubling::Answer> doubled;
    for (const int request : requests) doubled.push_back(answer(request));
    return doubled;
  }

  Doubling::Answer answer(int request) {
    if (request != at_fault) return 2 * request;
    ++calls_at_fault;
    return std::unexpected{RepositoryError{.kind = kind_of_fault, .detail = {}}};
  }

  asio::awaitable<void> ask(int request) {
    const Doubling::Answer answer = co_await doubling(request);
    if (answer) {
      CHECK(*answer == 2 * request);
      answers.push_back(*answer);
    } else {
      CHECK(request == at_fault);
      given_up = true;
    }
  }

  void ask_all(int count) {
    for (int request = 0; request < count; ++request) asio::co_spawn(context, ask(request), asio::detached);
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "One request is a batch of its own") {
  ask_all(1);
  context.run();
  CHECK(batches == std::vector<std::size_t>{1});
  CHECK(answers == std::vector<int>{0});
}

TEST_CASE_METHOD(Fixture, "Requests gather up to the batch size while a call is under way, and all are answered") {
  ask_all(10);
  context.run();
  CHECK(answers.size() == 10);
  CHECK(batches == std::vector<std::size_t>{4, 4, 2});
}

TEST_CASE_METHOD(Fixture, "A batch whose call fails is repeated until it succeeds") {
  failures_left = 2;
  ask_all(3);
  context.run();
  CHECK(failures_left == 0);
  CHECK(batches == std::vector<std::size_t>{3});
  CHECK(answers.size() == 3);
}

TEST_CASE_METHOD(Fixture, "A value that is not taken is told at once") {
  at_fault = 1;
  kind_of_fault = RepositoryError::Kind::invalid_data;
  ask_all(3);
  context.run();
  CHECK(calls_at_fault == 1);
  CHECK(given_up);
  CHECK(answers.size() == 2);
}

TEST_CASE_METHOD(Fixture, "A request that fails alone holds nobody up, and is given up when others succeed meanwhile") {
  at_fault = 0;
  ask_all(10);
  while (answers.size() < 9) context.run_one();
  CHECK(calls_at_fault < 3);
  asio::co_spawn(context, ask(11), asio::detached);
  context.run();
  CHECK(calls_at_fault == 3);
  CHECK(given_up);
}

TEST_CASE_METHOD(Fixture, "A request that fails is repeated as long as no other one succeeds") {
  at_fault = 0;
  ask_all(1);
  while (calls_at_fault < 6) context.run_one();
  CHECK_FALSE(given_up);
  at_fault = -1;
  context.run();
  CHECK(answers.size() == 1);
}
