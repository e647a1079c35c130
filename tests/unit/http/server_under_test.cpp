#include "unit/http/server_under_test.hpp"

#include <stdexcept>
#include <utility>

#include "support/raw_http_client.hpp"

namespace notifier::testing {

void FakeBroker::publish(Message message, Destination /*destination*/, PublishHandler handler) {
  std::optional<PublishError> error;
  {
    const std::lock_guard lock{mutex_};
    if (throwing_) throw std::logic_error{"the broker has a bug"};
    if (!error_) messages_.push_back(std::move(message));
    if (holding_) {
      held_.push_back(std::move(handler));
      return;
    }
    error = error_;
  }
  if (error) {
    handler(std::unexpected{*error});
  } else {
    handler({});
  }
}

void FakeBroker::fail_with(PublishError error) {
  const std::lock_guard lock{mutex_};
  error_ = error;
}

void FakeBroker::throw_on_publish() {
  const std::lock_guard lock{mutex_};
  throwing_ = true;
}

void FakeBroker::hold_answers() {
  const std::lock_guard lock{mutex_};
  holding_ = true;
}

void FakeBroker::confirm_held() {
  std::vector<PublishHandler> handlers;
  {
    const std::lock_guard lock{mutex_};
    holding_ = false;
    handlers = std::exchange(held_, {});
  }
  for (PublishHandler& handler : handlers) handler({});
}

std::vector<Message> FakeBroker::published() const {
  const std::lock_guard lock{mutex_};
  return messages_;
}

std::size_t FakeBroker::published_count() const {
  const std::lock_guard lock{mutex_};
  return messages_.size();
}

std::expected<std::optional<NotificationRecord>, RepositoryError> FakeRepository::find(std::string_view event_id) {
  Find find;
  {
    const std::lock_guard lock{mutex_};
    find = find_;
  }
  return find(event_id);
}

void FakeRepository::find_with(Find find) {
  const std::lock_guard lock{mutex_};
  find_ = std::move(find);
}

ServerUnderTest::ServerUnderTest(const http::ServerOptions& options) {
  HttpServices services{.broker = &broker,
                        .repository = &repository,
                        .readiness =
                            [this] {
                              const std::lock_guard lock{mutex_};
                              return readiness_;
                            },
                        .api_keys = {"the-old-key", api_key}};
  auto started = http::start_http_server("127.0.0.1", 0, std::move(services), options);
  if (!started) throw std::runtime_error{started.error()};
  server_ = std::move(*started);
}

void ServerUnderTest::set_readiness(const Readiness& readiness) {
  const std::lock_guard lock{mutex_};
  readiness_ = readiness;
}

http::ServerOptions impatient() {
  http::ServerOptions options;
  options.idle_timeout = std::chrono::milliseconds{150};
  options.header_timeout = std::chrono::milliseconds{150};
  options.body_timeout = std::chrono::milliseconds{150};
  options.answer_timeout = std::chrono::milliseconds{150};
  options.linger_timeout = std::chrono::milliseconds{150};
  options.check_interval = std::chrono::milliseconds{10};
  return options;
}

std::string ingest_request(const std::string& body) {
  return raw_request("POST", "/events/ingest", {{"X-API-Key", api_key}, {"Content-Type", "application/json"}}, body);
}

}  // namespace notifier::testing
