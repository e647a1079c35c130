#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "http/server/http_server.hpp"
#include "http/server/server_options.hpp"
#include "notifier/broker.hpp"
#include "notifier/dead_letter_repository.hpp"
#include "notifier/notification_history.hpp"
#include "notifier/notification_repository.hpp"
#include "support/raw_http_client.hpp"

namespace notifier::testing {

inline constexpr const char* api_key = "the-right-key";
inline constexpr const char* ingest_key = "the-key-to-ingest";
inline constexpr const char* read_key = "the-key-to-read";
inline constexpr const char* valid_event =
    R"({"eventType":"user_signup","timestamp":"2023-10-27T10:00:00Z",)"
    R"("payload":{"userId":"uuid-123","email":"user@example.com","username":"testuser"}})";

/// Where calls of a fake wait while the test holds them. Any thread.
class Gate {
 public:
  /// Nothing passes until its end.
  class Hold {
   public:
    explicit Hold(Gate& gate) : gate_{gate} { gate_.held_ = true; }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() {
      gate_.held_ = false;
      gate_.held_.notify_all();
    }

   private:
    Gate& gate_;
  };

  void pass() {
    ++arrived_;
    held_.wait(true);
  }

  /// How many calls have come so far.
  [[nodiscard]] std::size_t arrived() const { return arrived_; }

 private:
  std::atomic<bool> held_ = false;
  std::atomic<std::size_t> arrived_ = 0;
};

/// A broker in memory that confirms, fails or keeps its publishers waiting, as the test wants.
class FakeBroker final : public Broker {
 public:
  void publish(Message message, Destination destination, PublishHandler handler) override;
  void consume(ConsumeLimits, DeliveryHandler) override {}
  [[nodiscard]] bool is_live(const DeliveryTag&) const override { return true; }
  void stop_consuming() override {}
  void ack(std::span<const DeliveryTag>) override {}
  void count_waiting(std::move_only_function<void(std::optional<std::uint64_t>)> handler) override { handler(0); }
  std::expected<DeadLetterPass, PublishError> remove_dead_letters(const RemovableSelector&, const std::stop_token&,
                                                                  std::chrono::milliseconds) override {
    return DeadLetterPass{};
  }
  [[nodiscard]] BrokerState state() const override { return BrokerState::ready; }
  void close() override {}

  void fail_with(PublishError error);
  void throw_on_publish();
  void hold_answers();
  /// Confirms all that was held, on the caller's thread, and holds nothing any more.
  void confirm_held();

  [[nodiscard]] std::vector<Message> published() const;
  [[nodiscard]] std::size_t published_count() const;

  Gate publish_gate;  ///< keeps the server's thread

 private:
  mutable std::mutex mutex_;
  std::vector<Message> messages_;
  std::vector<PublishHandler> held_;
  std::optional<PublishError> error_;
  bool holding_ = false;
  bool throwing_ = false;
};

/// A repository that knows what the test tells it. Only `find` does anything.
class FakeRepository final : public NotificationRepository {
 public:
  std::expected<std::vector<std::string>, RepositoryError> migrate() override { return {}; }
  std::expected<Claims, RepositoryError> claim(std::span<const ClaimRequest>, const ClaimTerms&) override { return {}; }
  std::expected<void, RepositoryError> prolong_claims(std::span<const HeldClaim>, std::chrono::milliseconds) override {
    return {};
  }
  std::expected<std::vector<RecordVerdict>, RepositoryError> record_outcomes(std::span<const Outcome>) override {
    return {};
  }
  std::expected<void, RepositoryError> record_dead_messages(std::span<const Message>) override { return {}; }
  std::expected<std::vector<StuckNotification>, RepositoryError> take_stuck(std::chrono::milliseconds,
                                                                            std::size_t) override {
    return {};
  }
  std::expected<void, RepositoryError> ping() override { return {}; }
  std::expected<void, RepositoryError> ping_writing() override { return {}; }
  std::expected<std::optional<NotificationRecord>, RepositoryError> find(std::string_view event_id) override;

  using Find = std::function<std::expected<std::optional<NotificationRecord>, RepositoryError>(std::string_view)>;

  /// What `find` answers from now on; nothing before. Runs on the server's pool.
  void find_with(Find find);

 private:
  std::mutex mutex_;
  Find find_ = [](std::string_view) { return std::optional<NotificationRecord>{}; };
};

/// A history that answers what the test tells it, and keeps what it was asked.
class FakeHistory final : public NotificationHistory {
 public:
  struct Asked {
    NotificationFilter filter;
    std::optional<NotificationCursor> after;
    std::size_t limit = 0;
    std::chrono::system_clock::time_point since;
    std::chrono::system_clock::time_point until;
  };

  std::expected<NotificationPage, RepositoryError> list(const NotificationFilter& filter,
                                                        std::optional<NotificationCursor> after, std::size_t limit) override;
  std::expected<NotificationCounts, RepositoryError> count(std::chrono::system_clock::time_point since,
                                                           std::chrono::system_clock::time_point until) override;

  void answer_with(std::expected<NotificationPage, RepositoryError> page);
  void answer_with(NotificationCounts counts);
  [[nodiscard]] Asked asked() const;

  Gate count_gate;

 private:
  mutable std::mutex mutex_;
  std::expected<NotificationPage, RepositoryError> page_;
  NotificationCounts counts_;
  Asked asked_;
};

/// Dead letters that are all alike: one of each kind, and any replay of them. Everything can be done with them, or nothing.
class FakeDeadLetters final : public DeadLetterRepository {
 public:
  std::expected<DeadLetterPage, RepositoryError> list(const DeadLetterFilter& filter, std::optional<DeadLetterCursor> after,
                                                      std::size_t limit) override;
  std::expected<std::vector<DeadLetterGroup>, RepositoryError> group(const DeadLetterFilter& filter,
                                                                     std::size_t limit) override;
  std::expected<std::uint64_t, RepositoryError> count(const DeadLetterChoice& choice) override;
  std::expected<std::optional<DeadLetterRecord>, RepositoryError> find(std::uint64_t id) override;
  std::expected<std::map<std::uint64_t, DeadLetterState>, RepositoryError> states(
      const std::vector<std::uint64_t>& ids) override;
  std::expected<std::vector<DeadLettersOfEvent>, RepositoryError> of_events(
      const std::vector<std::string>& event_ids) override;
  std::expected<std::uint64_t, RepositoryError> start_replay(const DeadLetterChoice& choice, unsigned rate,
                                                             const std::string& requested_by) override;
  std::expected<std::optional<std::uint64_t>, RepositoryError> edit_and_replay(std::uint64_t id, const Event& edited,
                                                                               const std::string& requested_by) override;
  std::expected<std::uint64_t, RepositoryError> discard(const DeadLetterChoice& choice, const std::string& reason,
                                                        const std::string& requested_by) override;
  std::expected<std::optional<ReplayRecord>, RepositoryError> find_replay(std::uint64_t id) override;
  std::expected<std::vector<ReplayItem>, RepositoryError> replay_items(std::uint64_t replay_id, std::uint64_t after,
                                                                       std::size_t limit) override;
  std::expected<bool, RepositoryError> cancel_replay(std::uint64_t id) override;

  static constexpr std::uint64_t notification = 1;  ///< one of a notification, edited once
  static constexpr std::uint64_t message = 2;       ///< one of a message whose body is text
  static constexpr std::uint64_t bytes = 3;         ///< one of a message whose body is none
  static constexpr std::uint64_t unknown = 99;
  static constexpr const char* gated_reason = "maxlen";  ///< what is listed for it passes through a gate

  Gate list_gate;
  Gate group_gate;

  void fail_with(RepositoryError error);
  /// All bodies have so many bytes from now on.
  void enlarge_to(std::size_t body_bytes);
  /// From now on all of them are replayed, and all replays have ended.
  void close();

 private:
  /// `value`, unless everything fails.
  template <typename Value>
  std::expected<Value, RepositoryError> answer(Value value);

  std::mutex mutex_;
  std::optional<RepositoryError> error_;
  bool closed_ = false;
  std::size_t body_bytes_ = 0;
};

/// A server on a free port with fakes behind it.
class ServerUnderTest {
 public:
  explicit ServerUnderTest(const http::ServerOptions& options = {});

  FakeBroker broker;
  FakeRepository repository;
  FakeHistory history;
  FakeDeadLetters dead_letters;

  void set_readiness(const Readiness& readiness);
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] HttpServer& server() { return *server_; }

 private:
  std::mutex mutex_;
  Readiness readiness_{.ready = true, .broker = {"broker", "ready"}, .database = {"database", "ready"}};
  std::unique_ptr<HttpServer> server_;
};

/// Options with which time-outs come quickly.
http::ServerOptions impatient();

/// The bytes of a good `POST /events/ingest`.
std::string ingest_request(const std::string& body = valid_event);

// The answer to a single request, on a connection of its own.

RawAnswer ask(const ServerUnderTest& server, const std::string& request);

/// With `api_key`.
RawAnswer get(const ServerUnderTest& server, const std::string& target);
RawAnswer post(const ServerUnderTest& server, const std::string& target, const std::string& body);

/// Of `valid_event`, with these headers more or instead of the usual ones.
RawAnswer ingest_with(const ServerUnderTest& server, const std::map<std::string, std::string>& headers);

}  // namespace notifier::testing
