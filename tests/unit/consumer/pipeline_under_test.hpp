#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "consumer/pipeline.hpp"
#include "domain/event_schema.hpp"

namespace notifier::testing {

struct Published {
  Message message;
  Destination destination;
};

/// Confirms every publish at once, but those to queues that are full.
class RecordingBroker : public Broker {
 public:
  void publish(Message message, Destination destination, PublishHandler handler) override {
    if (main_queue_is_full && destination.queue == Destination::Queue::main) {
      return handler(std::unexpected{PublishError::refused});
    }
    published.push_back({std::move(message), destination});
    if (on_publish) on_publish();
    handler({});
  }
  void consume(ConsumeLimits, DeliveryHandler handler) override { deliver = std::move(handler); }
  [[nodiscard]] bool is_live(const DeliveryTag& tag) const override { return tag.connection == connection; }
  void stop_consuming() override {}
  void ack(std::span<const DeliveryTag> tags) override { acknowledged += tags.size(); }
  void count_waiting(std::move_only_function<void(std::optional<std::uint64_t>)> handler) override { handler(0); }
  std::expected<DeadLetterPass, PublishError> remove_dead_letters(const RemovableSelector&, const std::stop_token&,
                                                                  std::chrono::milliseconds) override {
    return DeadLetterPass{};
  }
  [[nodiscard]] BrokerState state() const override { return BrokerState::ready; }
  void close() override {}

  std::uint64_t connection = 1;  ///< the one that stands
  DeliveryHandler deliver;
  bool main_queue_is_full = false;
  std::function<void()> on_publish;
  std::vector<Published> published;
  std::size_t acknowledged = 0;
};

/// Gives every claim the same answer, `ours` unless told otherwise, and every outcome the same verdict.
class ScriptedRepository : public NotificationRepository {
 public:
  std::expected<std::vector<std::string>, RepositoryError> migrate() override { return {}; }
  std::expected<Claims, RepositoryError> claim(std::span<const ClaimRequest> requests, const ClaimTerms&) override {
    ++calls;
    if (on_claim) on_claim();
    requested.insert(requested.end(), requests.begin(), requests.end());
    if (failing_claims > 0) {
      --failing_claims;
      return std::unexpected{RepositoryError{}};
    }
    Claims claims{.token = {}, .answers = {}};
    for (const ClaimRequest& request : requests) claims.answers.push_back(answer_to(request));
    return claims;
  }
  std::expected<void, RepositoryError> prolong_claims(std::span<const HeldClaim> claims,
                                                      std::chrono::milliseconds) override {
    prolonged.insert(prolonged.end(), claims.begin(), claims.end());
    return {};
  }
  std::expected<std::vector<RecordVerdict>, RepositoryError> record_outcomes(std::span<const Outcome> recorded) override {
    outcomes.insert(outcomes.end(), recorded.begin(), recorded.end());
    return std::vector<RecordVerdict>(recorded.size(), verdict);
  }
  std::expected<void, RepositoryError> record_dead_messages(std::span<const Message>) override { return {}; }
  std::expected<std::optional<NotificationRecord>, RepositoryError> find(std::string_view) override {
    return has_row ? std::optional{NotificationRecord{}} : std::nullopt;
  }
  std::expected<std::vector<StuckNotification>, RepositoryError> take_stuck(std::chrono::milliseconds,
                                                                            std::size_t) override {
    return {};
  }
  std::expected<void, RepositoryError> ping() override { return {}; }
  std::expected<void, RepositoryError> ping_writing() override { return {}; }

  ClaimAnswer answer{.verdict = ClaimVerdict::ours};
  RecordVerdict verdict = RecordVerdict::recorded;
  bool has_row = false;
  std::function<void()> on_claim;
  unsigned failing_claims = 0;  ///< so many fail first
  unsigned calls = 0;           ///< of `claim`
  std::vector<ClaimRequest> requested;
  std::vector<HeldClaim> prolonged;
  std::vector<Outcome> outcomes;

 private:
  /// What the row takes over from its first message is that of the request, unless the answer says otherwise.
  [[nodiscard]] ClaimAnswer answer_to(const ClaimRequest& request) const {
    ClaimAnswer given = answer;
    if (given.route.empty()) given.route = request.route;
    given.fanned_out = given.fanned_out || request.is_further;
    return given;
  }
};

/// Answers every send alike, or not at all.
class ScriptedSender final : public Sender {
 public:
  void send(Notification notification, std::chrono::milliseconds deadline, SendHandler handler) override {
    sent.push_back(std::move(notification));
    deadlines.push_back(deadline);
    if (hangs) {
      unanswered.push_back(std::move(handler));
    } else {
      handler(result);
    }
  }

  SendResult result = Sent{};
  bool hangs = false;
  std::vector<SendHandler> unanswered;
  std::vector<Notification> sent;
  std::vector<std::chrono::milliseconds> deadlines;
};

/// Stands still unless it is moved; whoever waits is called when he is asked for.
class SetClock final : public Clock {
 public:
  explicit SetClock(boost::asio::any_io_executor executor) : executor_{std::move(executor)} {}

  [[nodiscard]] std::chrono::steady_clock::time_point now() const override {
    return std::chrono::steady_clock::time_point{passed};
  }
  [[nodiscard]] std::chrono::system_clock::time_point time_of_day() const override {
    return std::chrono::system_clock::time_point{std::chrono::milliseconds{day} + passed};
  }
  void call_after(std::chrono::milliseconds duration, std::move_only_function<void()> handler) override {
    waits_.emplace(waited_ + duration, std::move(handler));
  }

  /// The one that was to end first. False: there is none.
  bool end_next_wait() {
    if (waits_.empty()) return false;
    auto next = waits_.extract(waits_.begin());
    waited_ = next.key();
    boost::asio::post(executor_, std::move(next.mapped()));
    return true;
  }

  /// When it was made, in milliseconds since 1970.
  static constexpr std::int64_t day = 1'769'860'800'000;
  std::chrono::milliseconds passed{0};

 private:
  boost::asio::any_io_executor executor_;
  std::chrono::milliseconds waited_{0};
  std::multimap<std::chrono::milliseconds, std::move_only_function<void()>> waits_;
};

/// A pipeline with delays of 1, 5 and 30 s that takes a sender's word for an hour at most.
class PipelineUnderTest {
 public:
  explicit PipelineUnderTest(std::vector<Route> routes = {}, std::map<std::string, SendingTerms, std::less<>> terms = {})
      : routes_{std::move(routes)}, terms_{std::move(terms)} {
    pipeline_.start();
  }
  /// What waits for an answer must not outlive the context.
  ~PipelineUnderTest() { sender.unanswered.clear(); }
  PipelineUnderTest(const PipelineUnderTest&) = delete;
  PipelineUnderTest& operator=(const PipelineUnderTest&) = delete;

  [[nodiscard]] static Message event_message(const std::string& event_id = "a") {
    Message message;
    message.body =
        event_message_body(event_id, "t", "2023-10-27", R"({"userId":"u","email":"a@example.com","username":"abc"})");
    return message;
  }

  /// Works on the message until nothing is left to do.
  void deliver(const Message& message, unsigned delivery_count = 0, std::uint64_t connection = 1) {
    broker.deliver({Delivery{
        .tag = {.connection = connection, .number = 1}, .message = message, .delivery_count = delivery_count, .room = {}}});
    do {
      context_.restart();
      context_.poll();
    } while (clock.end_next_wait());
  }

  RecordingBroker broker;
  ScriptedRepository repository;
  ScriptedSender sender;

 private:
  const Routes routes_;
  const std::map<std::string, SendingTerms, std::less<>> terms_;
  boost::asio::io_context context_{1};

 public:
  SetClock clock{context_.get_executor()};

 private:
  Pipeline pipeline_{context_.get_executor(),
                     context_.get_executor(),
                     {.broker = broker, .repository = repository, .sender = sender, .routes = routes_, .clock = clock},
                     RetryPolicy{3, {std::chrono::seconds{1}, std::chrono::seconds{5}, std::chrono::seconds{30}}},
                     {.prefetch = 2,
                      .send_concurrency = 2,
                      .send_deadline = std::chrono::seconds{1},
                      .claim_duration = std::chrono::seconds{10},
                      .terms_by_route = terms_}};
};

}  // namespace notifier::testing
