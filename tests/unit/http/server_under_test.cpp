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

std::expected<NotificationPage, RepositoryError> FakeHistory::list(const NotificationFilter& filter,
                                                                   std::optional<NotificationCursor> after,
                                                                   std::size_t limit) {
  const std::lock_guard lock{mutex_};
  asked_ = {.filter = filter, .after = std::move(after), .limit = limit};
  return page_;
}

std::expected<NotificationCounts, RepositoryError> FakeHistory::count(std::chrono::system_clock::time_point since,
                                                                      std::chrono::system_clock::time_point until) {
  const std::lock_guard lock{mutex_};
  asked_ = {.since = since, .until = until};
  return counts_;
}

void FakeHistory::answer_with(std::expected<NotificationPage, RepositoryError> page) {
  const std::lock_guard lock{mutex_};
  page_ = std::move(page);
}

void FakeHistory::answer_with(NotificationCounts counts) {
  const std::lock_guard lock{mutex_};
  counts_ = std::move(counts);
}

FakeHistory::Asked FakeHistory::asked() const {
  const std::lock_guard lock{mutex_};
  return asked_;
}

ServerUnderTest::ServerUnderTest(const http::ServerOptions& options) {
  HttpServices services{.broker = &broker,
                        .repository = &repository,
                        .history = &history,
                        .readiness =
                            [this] {
                              const std::lock_guard lock{mutex_};
                              return readiness_;
                            },
                        .api_keys = {{.name = "old", .roles = {Role::admin}, .key = "the-old-key"},
                                     {.name = "new", .roles = {Role::admin}, .key = api_key},
                                     {.name = "shop", .roles = {Role::ingest}, .key = ingest_key},
                                     {.name = "support", .roles = {Role::read}, .key = read_key}}};
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
