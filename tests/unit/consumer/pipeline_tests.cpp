#include "consumer/pipeline.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "notifier/event_schema.hpp"

using namespace notifier;

namespace {

namespace asio = boost::asio;

class RecordingBroker final : public Broker {
 public:
  void publish(Message, Destination destination, PublishHandler handler) override {
    published.push_back(destination);
    handler({});
  }
  void consume(unsigned, DeliveryHandler handler) override { deliver = std::move(handler); }
  void stop_consuming() override {}
  void ack(std::span<const DeliveryTag> tags) override { acknowledged += tags.size(); }
  void count_waiting(std::move_only_function<void(std::optional<std::uint64_t>)> handler) override { handler(0); }
  std::expected<DeadLetterPass, PublishError> remove_dead_letters(const DeadLetterJudge&, const std::stop_token&,
                                                                  std::chrono::milliseconds) override {
    return DeadLetterPass{};
  }
  [[nodiscard]] BrokerState state() const override { return BrokerState::ready; }
  void close() override {}

  DeliveryHandler deliver;
  std::vector<Destination> published;
  std::size_t acknowledged = 0;
};

/// Grants every claim and finds every outcome overtaken.
class OvertakenRepository final : public NotificationRepository {
 public:
  std::expected<std::vector<std::string>, RepositoryError> migrate() override { return {}; }
  std::expected<Claims, RepositoryError> claim(std::span<const ClaimRequest> requests, std::chrono::milliseconds) override {
    return Claims{.token = {}, .answers = std::vector<ClaimAnswer>(requests.size())};
  }
  std::expected<std::vector<RecordVerdict>, RepositoryError> record_outcomes(std::span<const Outcome> outcomes) override {
    return std::vector<RecordVerdict>(outcomes.size(), RecordVerdict::overtaken);
  }
  std::expected<void, RepositoryError> record_dead_messages(std::span<const Message>) override { return {}; }
  std::expected<std::optional<NotificationRecord>, RepositoryError> find(std::string_view) override { return std::nullopt; }
  std::expected<std::vector<StuckNotification>, RepositoryError> take_stuck(std::chrono::milliseconds,
                                                                            std::size_t) override {
    return {};
  }
  std::expected<void, RepositoryError> ping() override { return {}; }
};

class WorkingSender final : public Sender {
 public:
  void send(Notification, std::chrono::milliseconds, SendHandler handler) override { handler(Sent{}); }
};

}  // namespace

TEST_CASE("A delivery whose outcome was overtaken is looked at again later: the other's own may be void") {
  using namespace std::chrono_literals;
  asio::io_context context{1};
  RecordingBroker broker;
  OvertakenRepository repository;
  WorkingSender sender;
  const auto clock = make_steady_clock(context.get_executor());
  Pipeline pipeline{context.get_executor(),
                    context.get_executor(),
                    broker,
                    repository,
                    sender,
                    *clock,
                    RetryPolicy{3, {1s, 5s}},
                    {.prefetch = 1, .send_concurrency = 1, .send_deadline = 1s, .claim_duration = 10s}};
  pipeline.start();
  Message message;
  message.body = event_message_body("a", "t", "2023-10-27", R"({"userId":"u","email":"a@example.com","username":"abc"})");
  broker.deliver({Delivery{.tag = {.connection = 1, .number = 1}, .message = message}});
  context.run();

  REQUIRE(broker.published.size() == 1);
  CHECK(broker.published.front().queue == Destination::Queue::delay);
  CHECK(broker.acknowledged == 1);
}
