#pragma once

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "contract/repository/history_fixture.hpp"
#include "notifier/notification_row.hpp"

namespace notifier::testing {

inline constexpr std::chrono::milliseconds no_time{0};

/// What must succeed.
template <typename Value>
Value must(std::expected<Value, RepositoryError> result) {
  if (!result) FAIL(result.error().detail);
  if constexpr (!std::is_void_v<Value>) return std::move(*result);
}

/// A message that no notification was made of.
inline Message dead_message(std::string body, std::string reason = "invalid_event", std::string error = "no JSON") {
  return {.event_id = {},
          .event_type = {},
          .body = std::move(body),
          .attempt = std::nullopt,
          .traceparent = {},
          .first_failed_at = {},
          .dead_letter = DeadLetter{.reason = std::move(reason), .last_error = std::move(error)}};
}

/// Of an event, as the broker moved it.
inline Message buried(const Event& event, const std::string& reason = "delivery_limit") {
  Message message = dead_message(event_message_body(event.id, event.type, event.timestamp, event.payload), reason);
  message.event_id = event.id;
  message.event_type = event.type;
  message.renewals = most_renewals;
  return message;
}

/// The rows of a repository, and its dead letters, through all ports on the same database.
template <typename Fixture>
struct DeadLettered : Opened<Fixture> {
  std::unique_ptr<DeadLetterRepository> letters = this->storage.storage()->dead_letters();
  std::unique_ptr<DeadLetterWork> work = this->storage.storage()->dead_letter_work();

  void die(const std::string& event_id, const std::string& error = "mailbox full",
           const std::string& reason = "retries_exhausted") {
    die_in(next_attempt_of(event_id), error, reason);
  }

  static ClaimRequest request_of_size(const std::string& event_id, std::size_t bytes) {
    ClaimRequest request = request_for(event_id);
    request.event.payload.insert(request.event.payload.size() - 1, R"(,"filler":")" + std::string(bytes, 'x') + '"');
    return request;
  }

  /// Its payload has more than so many bytes.
  void die_of_size(const std::string& event_id, std::size_t bytes) {
    die_in(request_of_size(event_id, bytes), "mailbox full", "retries_exhausted");
  }

  void die_in(const ClaimRequest& attempt, const std::string& error, const std::string& reason) {
    ClaimToken token;
    REQUIRE(this->claim_one(attempt, token).verdict == ClaimVerdict::ours);
    const Outcome outcome{
        .event_id = attempt.event.id,
        .token = token,
        .status = NotificationStatus::failed_dlq,
        .error = error,
        .death = {.reason = reason, .traceparent = "00-ab-cd-01", .first_failed_at = "2026-01-31T12:00:00Z"}};
    REQUIRE(must(this->repository->record_outcomes({&outcome, 1})).front() == RecordVerdict::recorded);
  }

  /// What the message that is in the queue now asks for.
  ClaimRequest next_attempt_of(const std::string& event_id) {
    const auto row = must(this->repository->find(event_id));
    return request_for(event_id, row ? row->attempt_count : 0);
  }

  void record_message(const Message& message) { must(this->repository->record_dead_messages({&message, 1})); }

  std::vector<DeadLetterSummary> list(const DeadLetterFilter& filter = {}, std::size_t limit = 100) {
    return must(letters->list(filter, std::nullopt, limit)).dead_letters;
  }

  /// Of the one dead letter that there is.
  std::uint64_t only_id(const DeadLetterFilter& filter = {}) {
    const auto all = list(filter);
    REQUIRE(all.size() == 1);
    return all.front().id;
  }

  DeadLetterRecord record_of(std::uint64_t id) {
    auto record = must(letters->find(id));
    REQUIRE(record.has_value());
    return *record;
  }

  std::uint64_t start_replay(const DeadLetterChoice& choice = DeadLetterFilter{}) {
    return must(letters->start_replay(choice, 0, "tester"));
  }

  ReplayRecord replay(std::uint64_t id) {
    auto record = must(letters->find_replay(id));
    REQUIRE(record.has_value());
    return *record;
  }

  /// Takes and finishes all of a replay, as if the broker had confirmed. What was published.
  std::vector<DueReplay> carry_out(std::uint64_t replay_id) {
    auto due = must(work->take_due(replay_id, 1000));
    must(work->finish(replay_id, due));
    return due;
  }

  /// 2026 had just begun when this happened.
  void set_long_ago(const std::string& assigned_columns, const std::string& table, const std::string& condition) {
    std::string assignments;
    for (std::size_t begin = 0; begin < assigned_columns.size();) {
      const std::size_t end = std::min(assigned_columns.find(' ', begin), assigned_columns.size());
      assignments += (assignments.empty() ? "" : ", ") + assigned_columns.substr(begin, end - begin) + " = " +
                     time_sql(this->storage, "0");
      begin = end + 1;
    }
    execute(this->storage, "UPDATE " + table + " SET " + assignments + " WHERE " + condition);
  }
};

}  // namespace notifier::testing
