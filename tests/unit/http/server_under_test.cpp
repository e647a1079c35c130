#include "unit/http/server_under_test.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "support/raw_http_client.hpp"

namespace notifier::testing {

void FakeBroker::publish(Message message, Destination /*destination*/, PublishHandler handler) {
  publish_gate.pass();
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
  count_gate.pass();
  const std::lock_guard lock{mutex_};
  asked_ = {.since = since, .until = until};
  if (!page_) return std::unexpected{page_.error()};
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

template <typename Value>
std::expected<Value, RepositoryError> FakeDeadLetters::answer(Value value) {
  const std::lock_guard lock{mutex_};
  if (error_) return std::unexpected{*error_};
  return value;
}

void FakeDeadLetters::fail_with(RepositoryError error) {
  const std::lock_guard lock{mutex_};
  error_ = std::move(error);
}

void FakeDeadLetters::enlarge_to(std::size_t body_bytes) {
  const std::lock_guard lock{mutex_};
  body_bytes_ = body_bytes;
}

void FakeDeadLetters::close() {
  const std::lock_guard lock{mutex_};
  closed_ = true;
}

std::expected<std::optional<DeadLetterRecord>, RepositoryError> FakeDeadLetters::find(std::uint64_t id) {
  if (id == unknown) return answer(std::optional<DeadLetterRecord>{});
  DeadLetterRecord record{.of_notification = id == notification, .body = "{broken", .body_bytes = 7, .original = "{"};
  record.summary = {.id = id,
                    .event_id = id == notification ? "e1" : "",
                    .event_type = "user_signup",
                    .reason = id == notification ? "retries_exhausted" : "invalid_event",
                    .error = "mailbox full",
                    .attempt_count = 4,
                    .deaths = 2,
                    .died_at = "2026-01-31T12:00:00.000Z"};
  {
    const std::lock_guard lock{mutex_};
    if (closed_) record.summary.state = DeadLetterState::replayed;
  }
  if (id == notification) {
    record.event_timestamp = "2023-10-27T10:00:00Z";
    record.body = R"({"userId":"u"})";
    record.original = R"({"userId":"v"})";
    record.first_failed_at = "2026-01-31T11:00:00Z";
    record.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    record.closed_at = "2026-01-31T11:30:00.000Z";
    record.closed_by = "operator";
    record.attempts = {{.attempt = 1, .at = "2026-01-31T11:00:00.000Z", .error = "mailbox full"}};
  }
  if (id == bytes) record.body = record.original = "\xff";
  {
    const std::lock_guard lock{mutex_};
    if (body_bytes_ > 0) record.body = '"' + std::string(body_bytes_, 'x') + '"';
  }
  return answer(std::optional{std::move(record)});
}

std::expected<DeadLetterPage, RepositoryError> FakeDeadLetters::list(const DeadLetterFilter& filter,
                                                                     std::optional<DeadLetterCursor> after,
                                                                     std::size_t /*limit*/) {
  if (filter.reason == gated_reason) list_gate.pass();
  DeadLetterPage page;
  for (const std::uint64_t id : {notification, message, bytes}) {
    const auto record = find(id);
    if (!record) continue;
    page.dead_letters.push_back((*record)->summary);
    page.dead_letters.back().died_at_us = static_cast<std::int64_t>(10 * id);
  }
  if (!after) page.next = {.died_at_us = 1, .id = bytes};
  return answer(std::move(page));
}

std::expected<std::vector<DeadLetterGroup>, RepositoryError> FakeDeadLetters::group(const DeadLetterFilter& /*filter*/,
                                                                                    std::size_t /*limit*/) {
  group_gate.pass();
  return answer(std::vector<DeadLetterGroup>{{.reason = "retries_exhausted",
                                              .error = "mailbox full",
                                              .count = 2,
                                              .oldest = "2026-01-31T11:00:00.000Z",
                                              .newest = "2026-01-31T12:00:00.000Z"}});
}

std::expected<std::uint64_t, RepositoryError> FakeDeadLetters::count(const DeadLetterChoice& /*choice*/) {
  return answer(std::uint64_t{3});
}

std::expected<std::map<std::uint64_t, DeadLetterState>, RepositoryError> FakeDeadLetters::states(
    const std::vector<std::uint64_t>& ids) {
  std::map<std::uint64_t, DeadLetterState> states;
  for (const std::uint64_t id : ids) {
    const auto record = find(id);
    if (!record) return std::unexpected{record.error()};
    if (*record) states.emplace(id, (*record)->summary.state);
  }
  return states;
}

std::expected<std::vector<DeadLettersOfEvent>, RepositoryError> FakeDeadLetters::of_events(
    const std::vector<std::string>& event_ids) {
  std::vector<DeadLettersOfEvent> found;
  if (std::ranges::count(event_ids, "e1") > 0) {
    found.push_back({.event_id = "e1", .are_dead = true, .of_notification = true, .count = 1, .newest = notification});
  }
  return answer(std::move(found));
}

std::expected<std::uint64_t, RepositoryError> FakeDeadLetters::start_replay(const DeadLetterChoice& /*choice*/,
                                                                            unsigned /*rate*/,
                                                                            const std::string& /*requested_by*/) {
  return answer(std::uint64_t{1});
}

std::expected<std::optional<std::uint64_t>, RepositoryError> FakeDeadLetters::edit_and_replay(
    std::uint64_t /*id*/, const Event& /*edited*/, const std::string& /*requested_by*/) {
  return answer(std::optional<std::uint64_t>{1});
}

std::expected<std::uint64_t, RepositoryError> FakeDeadLetters::discard(const DeadLetterChoice& /*choice*/,
                                                                       const std::string& /*reason*/,
                                                                       const std::string& /*requested_by*/) {
  return answer(std::uint64_t{1});
}

std::expected<std::optional<ReplayRecord>, RepositoryError> FakeDeadLetters::find_replay(std::uint64_t id) {
  if (id == unknown) return answer(std::optional<ReplayRecord>{});
  return answer(std::optional{ReplayRecord{.id = id, .requested_by = "operator", .created_at = "2026-01-31T12:00:00.000Z"}});
}

std::expected<std::vector<ReplayItem>, RepositoryError> FakeDeadLetters::replay_items(std::uint64_t /*replay_id*/,
                                                                                      std::uint64_t /*after*/,
                                                                                      std::size_t /*limit*/) {
  return answer(std::vector<ReplayItem>{{.dead_letter_id = 1, .event_id = "e1", .result = "REPLAYED", .status = "SENT"}});
}

std::expected<bool, RepositoryError> FakeDeadLetters::cancel_replay(std::uint64_t /*id*/) {
  const std::unique_lock lock{mutex_};
  if (error_) return std::unexpected{*error_};
  return !closed_;
}

ServerUnderTest::ServerUnderTest(const http::ServerOptions& options) {
  HttpServices services{.broker = &broker,
                        .repository = &repository,
                        .history = &history,
                        .dead_letters = &dead_letters,
                        .readiness =
                            [this] {
                              const std::lock_guard lock{mutex_};
                              return readiness_;
                            },
                        .api_keys = {{.name = "old", .roles = {Role::admin}, .key = "the-old-key"},
                                     {.name = "new", .roles = {Role::admin}, .key = api_key},
                                     {.name = "shop", .roles = {Role::ingest}, .key = ingest_key, .client = "shop"},
                                     {.name = "support", .roles = {Role::read}, .key = read_key}}};
  auto started = http::start_http_server({.host = "127.0.0.1"}, std::move(services), options);
  if (!started) throw std::runtime_error{started.error()};
  server_ = std::move(*started);
}

void ServerUnderTest::set_readiness(const Readiness& readiness) {
  const std::lock_guard lock{mutex_};
  readiness_ = readiness;
}

http::ServerOptions impatient() {
  http::ServerOptions options;
  options.first_byte_timeout = std::chrono::milliseconds{150};
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

RawAnswer ask(const ServerUnderTest& server, const std::string& request) {
  RawHttpClient client{server.port()};
  client.send(request);
  return client.read_answer().value();
}

RawAnswer get(const ServerUnderTest& server, const std::string& target) {
  return ask(server, raw_request("GET", target, {{"X-API-Key", api_key}}));
}

RawAnswer post(const ServerUnderTest& server, const std::string& target, const std::string& body) {
  return ask(server, raw_request("POST", target, {{"X-API-Key", api_key}, {"Content-Type", "application/json"}}, body));
}

RawAnswer ingest_with(const ServerUnderTest& server, const std::map<std::string, std::string>& headers) {
  std::map<std::string, std::string> all = headers;
  all.merge(std::map<std::string, std::string>{{"X-API-Key", api_key}, {"Content-Type", "application/json"}});
  return ask(server, raw_request("POST", "/events/ingest", all, valid_event));
}

}  // namespace notifier::testing
