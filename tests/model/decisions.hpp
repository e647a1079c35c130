#pragma once

#include <cstdint>
#include <string>

#include "model/scenario.hpp"
#include "model/state.hpp"
#include "notifier/dead_letter.hpp"
#include "notifier/notification_repository.hpp"

namespace notifier::model {

/// The product's own decisions, on the model's rows and messages; and what they were without one of its rules.
class Decisions {
 public:
  explicit Decisions(const Scenario& scenario);

  /// What the database makes of a statement of claim. A row that is not there is inserted.
  [[nodiscard]] ClaimAnswer claim(Row& row, const Copy& copy, std::uint8_t token, std::uint8_t held, bool alone,
                                  const RouteChoice& choice) const;

  /// What a consumer takes an answer for that knows of no row.
  [[nodiscard]] ClaimAnswer row_not_found(const Copy& copy) const;

  [[nodiscard]] RecordVerdict record(Row& row, const Worker& worker) const;

  void queue_again(Row& row) const;

  /// What becomes of a message in the dead letter queue.
  [[nodiscard]] QueueAction fate(const Copy& copy, const DeadRow& known, const Row& row) const;

  /// What `after_attempt` makes of a sender's answer.
  [[nodiscard]] Transition after(const Worker& worker, const SendResult& result) const;
  [[nodiscard]] bool allows_attempt(const Worker& worker) const;

  [[nodiscard]] Copy retry(const Worker& worker) const;
  [[nodiscard]] Copy deferred(const Worker& worker) const;
  [[nodiscard]] Copy dead_letter(const Worker& worker, unsigned attempt_count) const;
  [[nodiscard]] Copy further(const Copy& copy) const;
  [[nodiscard]] Copy republished(const Row& row, std::uint8_t subject) const;

  /// The route on which a message's notification goes if it has no row yet.
  [[nodiscard]] RouteChoice choose(std::uint8_t configuration, const Copy& copy) const;
  [[nodiscard]] bool has_route(std::uint8_t configuration, std::uint8_t route) const;
  [[nodiscard]] bool has_routes(std::uint8_t configuration) const;
  /// Whether the event of the first notification leads to the second one.
  [[nodiscard]] bool leads_further(std::uint8_t configuration, std::uint8_t own_route) const;

 private:
  [[nodiscard]] const Routes& routes(std::uint8_t configuration) const { return scenario_.configurations[configuration]; }

  const Scenario& scenario_;
  RetryPolicy policy_;
};

[[nodiscard]] const char* route_name(std::uint8_t route);
[[nodiscard]] Fingerprint fingerprint_of(Body body);
[[nodiscard]] NotificationRow to_domain(const Row& row);
[[nodiscard]] Message to_domain(const Copy& copy);

}  // namespace notifier::model
