#include "contract/broker/inbox.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "support/wait_until.hpp"

namespace notifier::testing {
namespace {

constexpr std::chrono::seconds answer_deadline{20};

template <typename Value>
Value answer_of(std::future<Value> answer, const char* question) {
  if (answer.wait_for(answer_deadline) != std::future_status::ready) {
    throw std::runtime_error{std::string{"the broker gave no answer to "} + question};
  }
  return answer.get();
}

std::future<std::expected<void, PublishError>> start_publish(Broker& broker, Message message, Destination destination) {
  std::promise<std::expected<void, PublishError>> promise;
  auto answer = promise.get_future();
  broker.publish(
      std::move(message), destination,
      [promise = std::move(promise)](std::expected<void, PublishError> result) mutable { promise.set_value(result); });
  return answer;
}

}  // namespace

void Inbox::consume_from(Broker& broker, unsigned prefetch) {
  consume_from(broker, ConsumeLimits{.prefetch = prefetch, .begun_at_a_time = prefetch});
}

void Inbox::consume_from(Broker& broker, const ConsumeLimits& limits) {
  broker_ = &broker;
  broker.consume(limits, [this](std::vector<Delivery> deliveries) {
    const std::lock_guard lock{mutex_};
    unacknowledged_ += deliveries.size();
    most_unacknowledged_ = std::max(most_unacknowledged_, unacknowledged_);
    acknowledged_.resize(acknowledged_.size() + deliveries.size());
    std::ranges::move(deliveries, std::back_inserter(deliveries_));
  });
}

void Inbox::ack(std::size_t index) {
  DeliveryTag tag;
  {
    const std::lock_guard lock{mutex_};
    if (acknowledged_.at(index)) return;
    acknowledged_[index] = true;
    --unacknowledged_;
    tag = deliveries_.at(index).tag;
  }
  broker_->ack({&tag, 1});
}

void Inbox::ack_all() {
  const std::size_t count = size();
  for (std::size_t index = 0; index < count; ++index) ack(index);
}

bool Inbox::wait_for(std::size_t count) const {
  return wait_until([&] { return size() >= count; });
}

std::size_t Inbox::size() const {
  const std::lock_guard lock{mutex_};
  return deliveries_.size();
}

Delivery Inbox::delivery(std::size_t index) const {
  const std::lock_guard lock{mutex_};
  return deliveries_.at(index);
}

std::vector<std::string> Inbox::event_ids() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> ids;
  for (const Delivery& delivery : deliveries_) ids.push_back(delivery.message.event_id);
  return ids;
}

std::size_t Inbox::most_unacknowledged() const {
  const std::lock_guard lock{mutex_};
  return most_unacknowledged_;
}

std::unique_ptr<Broker> open_ready(BrokerFixture& storage) {
  std::unique_ptr<Broker> broker = storage.open();
  if (!wait_until([&] { return broker->state() == BrokerState::ready; }))
    throw std::runtime_error{"the broker does not get ready"};
  return broker;
}

Message message_with_id(std::string_view event_id) {
  Message message;
  message.event_id = event_id;
  message.event_type = "user_signup";
  message.body = R"({"id":")" + message.event_id + R"("})";
  message.attempt = 0;
  return message;
}

std::vector<std::string> numbered_ids(std::string_view prefix, std::size_t count) {
  std::vector<std::string> ids;
  for (std::size_t number = 0; number < count; ++number) ids.push_back(std::string{prefix} + "-" + std::to_string(number));
  return ids;
}

std::expected<void, PublishError> publish(Broker& broker, Message message, Destination destination) {
  return answer_of(start_publish(broker, std::move(message), destination), "publish");
}

void publish_all(Broker& broker, const std::vector<std::string>& event_ids, Destination destination) {
  std::vector<std::future<std::expected<void, PublishError>>> answers;
  for (const std::string& id : event_ids) answers.push_back(start_publish(broker, message_with_id(id), destination));
  for (auto& answer : answers) {
    if (const auto result = answer_of(std::move(answer), "publish"); !result) {
      throw std::runtime_error{"a publish was answered with " + std::string{to_string(result.error())}};
    }
  }
}

std::optional<std::uint64_t> count_waiting(Broker& broker) {
  std::promise<std::optional<std::uint64_t>> promise;
  auto answer = promise.get_future();
  broker.count_waiting(
      [promise = std::move(promise)](std::optional<std::uint64_t> count) mutable { promise.set_value(count); });
  return answer_of(std::move(answer), "count_waiting");
}

}  // namespace notifier::testing
