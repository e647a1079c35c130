#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "notifier/notification_repository.hpp"

namespace notifier {

/// Passes everything on to another repository, and remembers since when the calls that deliveries wait for have failed.
/// Any thread.
class ObservedRepository final : public NotificationRepository {
 public:
  explicit ObservedRepository(std::unique_ptr<NotificationRepository> repository);

  /// Why claims or records do not succeed, if they have failed for so long without one success between.
  [[nodiscard]] std::optional<std::string> failure_for(std::chrono::milliseconds time) const;

  std::expected<std::vector<std::string>, RepositoryError> migrate() override;
  std::expected<Claims, RepositoryError> claim(std::span<const ClaimRequest> requests, const ClaimTerms& terms) override;
  std::expected<void, RepositoryError> prolong_claims(std::span<const HeldClaim> claims,
                                                      std::chrono::milliseconds duration) override;
  std::expected<std::vector<RecordVerdict>, RepositoryError> record_outcomes(std::span<const Outcome> outcomes) override;
  std::expected<void, RepositoryError> record_dead_messages(std::span<const Message> messages) override;
  std::expected<std::optional<NotificationRecord>, RepositoryError> find(std::string_view event_id) override;
  std::expected<std::vector<StuckNotification>, RepositoryError> take_stuck(std::chrono::milliseconds idle,
                                                                            std::size_t limit) override;
  std::expected<void, RepositoryError> ping() override;
  std::expected<void, RepositoryError> ping_writing() override;
  std::expected<void, RepositoryError> ping_committing() override;

 private:
  /// What calls of one kind last came to.
  class Calls {
   public:
    /// Hands `answer` on.
    template <typename Answer>
    Answer note(Answer answer);

    [[nodiscard]] std::optional<std::string> failure_for(std::chrono::milliseconds time) const;

   private:
    struct Failure {
      std::chrono::steady_clock::time_point since;
      std::string detail;
    };

    mutable std::mutex mutex_;
    std::optional<Failure> failure_;
  };

  std::unique_ptr<NotificationRepository> repository_;
  Calls claims_;
  Calls records_;
};

}  // namespace notifier
