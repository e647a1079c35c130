#include "telemetry/observed_repository.hpp"

#include <utility>

namespace notifier {

template <typename Answer>
Answer ObservedRepository::Calls::note(Answer answer) {
  // A value that is not taken is the caller's matter: the database is well.
  const bool fails = !answer && answer.error().kind != RepositoryError::Kind::invalid_data;
  const std::lock_guard lock{mutex_};
  if (!fails) {
    failure_.reset();
  } else if (failure_) {
    failure_->detail = answer.error().detail;
  } else {
    failure_ = Failure{.since = std::chrono::steady_clock::now(), .detail = answer.error().detail};
  }
  return answer;
}

std::optional<std::string> ObservedRepository::Calls::failure_for(std::chrono::milliseconds time) const {
  const std::lock_guard lock{mutex_};
  if (!failure_ || std::chrono::steady_clock::now() - failure_->since < time) return std::nullopt;
  return failure_->detail;
}

ObservedRepository::ObservedRepository(std::unique_ptr<NotificationRepository> repository)
    : repository_{std::move(repository)} {}

std::optional<std::string> ObservedRepository::failure_for(std::chrono::milliseconds time) const {
  if (auto failure = claims_.failure_for(time)) return failure;
  return records_.failure_for(time);
}

std::expected<std::vector<std::string>, RepositoryError> ObservedRepository::migrate() { return repository_->migrate(); }

std::expected<Claims, RepositoryError> ObservedRepository::claim(std::span<const ClaimRequest> requests,
                                                                 const ClaimTerms& terms) {
  return claims_.note(repository_->claim(requests, terms));
}

std::expected<void, RepositoryError> ObservedRepository::prolong_claims(std::span<const HeldClaim> claims,
                                                                        std::chrono::milliseconds duration) {
  return repository_->prolong_claims(claims, duration);
}

std::expected<std::vector<RecordVerdict>, RepositoryError> ObservedRepository::record_outcomes(
    std::span<const Outcome> outcomes) {
  return records_.note(repository_->record_outcomes(outcomes));
}

std::expected<void, RepositoryError> ObservedRepository::record_dead_messages(std::span<const Message> messages) {
  return records_.note(repository_->record_dead_messages(messages));
}

std::expected<std::optional<NotificationRecord>, RepositoryError> ObservedRepository::find(std::string_view event_id) {
  return repository_->find(event_id);
}

std::expected<std::vector<StuckNotification>, RepositoryError> ObservedRepository::take_stuck(std::chrono::milliseconds idle,
                                                                                              std::size_t limit) {
  return repository_->take_stuck(idle, limit);
}

std::expected<void, RepositoryError> ObservedRepository::ping() { return repository_->ping(); }

std::expected<void, RepositoryError> ObservedRepository::ping_writing() { return repository_->ping_writing(); }

std::expected<void, RepositoryError> ObservedRepository::ping_committing() { return repository_->ping_committing(); }

}  // namespace notifier
