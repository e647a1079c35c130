#include "app/consuming.hpp"

#include <utility>

#include "app/sender_terms.hpp"
#include "base/backoff.hpp"
#include "notifier/log.hpp"

namespace notifier {
namespace {

PipelineSettings pipeline_settings(const Settings& settings) {
  return {.prefetch = settings.consumer.prefetch,
          .send_concurrency = settings.consumer.send_concurrency,
          .memory_budget = settings.consumer.memory_budget,
          .send_deadline = settings.sender.deadline,
          .claim_duration = settings.claim_duration(),
          .terms_by_route = terms_by_route(settings)};
}

}  // namespace

Consuming::Consuming(const Settings& settings, Broker& broker, NotificationRepository& repository, Storage& storage)
    : settings_{settings},
      repository_{repository},
      routes_{settings.routing.routes},
      dead_letter_work_{storage.dead_letter_work()},
      retention_{storage.retention()},
      consumer_{broker, repository, routes_, make_retry_policy(settings), pipeline_settings(settings)},
      dead_letter_worker_{broker, *dead_letter_work_},
      retention_worker_{broker, *retention_, settings.retention} {}

/// The consumer uses the senders, which are destroyed before it.
Consuming::~Consuming() { consumer_.stop(std::chrono::milliseconds{0}); }

std::expected<void, std::string> Consuming::prepare(StopRequest& stop) {
  auto senders = Senders::make(consumer_.executor(), settings_, routes_);
  if (!senders) return std::unexpected{std::move(senders.error())};
  senders_.emplace(std::move(*senders));
  std::packaged_task<std::expected<bool, std::string>(std::stop_token)> migrate{
      [this, &stop](const std::stop_token& abandon) { return migrate_when_available(repository_, stop, abandon); }};
  migrated_ = migrate.get_future().share();
  migrating_ = std::jthread{std::move(migrate)};
  return {};
}

std::expected<bool, std::string> Consuming::is_schema_ready() const {
  if (migrated_.wait_for(std::chrono::seconds{0}) != std::future_status::ready) return false;
  return migrated_.get();
}

std::expected<void, std::string> Consuming::start() {
  const auto& migrated = migrated_.get();
  if (!migrated) return std::unexpected{migrated.error()};
  if (!*migrated) return {};
  consumer_.start(senders_->sender());
  dead_letter_worker_.start();
  retention_worker_.start();
  begun_ = true;
  return {};
}

std::vector<PartFault> Consuming::housekeeping() const {
  std::vector<PartFault> faults;
  for (auto& fault : {consumer_.sweeper_fault(), dead_letter_worker_.fault(), retention_worker_.fault()}) {
    if (fault) faults.push_back(*fault);
  }
  return faults;
}

void Consuming::stop(std::chrono::milliseconds grace) {
  dead_letter_worker_.begin_stop();
  retention_worker_.begin_stop();
  if (!consumer_.stop(grace)) log::warn("SHUTDOWN_GRACE is over; what was under way is delivered again");
  dead_letter_worker_.stop();
  retention_worker_.stop();
}

std::expected<bool, std::string> migrate_when_available(NotificationRepository& repository, StopRequest& stop,
                                                        const std::stop_token& abandon,
                                                        const std::function<void(const std::string&)>& on_unavailable) {
  Backoff backoff{std::chrono::milliseconds{100}, std::chrono::seconds{2}};
  bool told = false;
  for (bool is_first = true;; is_first = false) {
    auto applied = repository.migrate();
    if (applied) {
      for (const std::string& migration : *applied) log::info("migration applied", {{"migration", migration}});
      return true;
    }
    if (applied.error().kind != RepositoryError::Kind::unavailable)
      return std::unexpected{std::move(applied.error().detail)};
    if (is_first && on_unavailable) on_unavailable(applied.error().detail);
    if (!told && repository.ping()) {
      log::warn("the schema cannot be brought up to date yet; trying again", {{"error", applied.error().detail}});
      told = true;
    }
    if (stop.wait_for(backoff.next()) || abandon.stop_requested()) return false;
  }
}

}  // namespace notifier
