#pragma once

#include <cstdint>

#include "model/steps.hpp"

/// Changes of a state that several kinds of steps share.
namespace notifier::model {

/// Adds a message to a queue.
void put(State& state, Copy copy, Place place);

/// Takes the message at `index` out of its queue.
[[nodiscard]] Copy take(State& state, std::size_t index);

[[nodiscard]] bool is_in_queue(const State& state, std::uint8_t subject);  ///< main or delay queue
[[nodiscard]] bool is_under_way(const State& state, std::uint8_t subject);

/// The database as it is before a transaction is kept, for a failover that loses it.
void begin_commit(const World& world, State& state);

/// A token that nobody knows.
[[nodiscard]] std::uint8_t new_token(const State& state);

struct Claiming {
  Copy copy{};
  std::uint8_t token = 0;
  std::uint8_t held = 0;
  bool alone = false;
  std::uint8_t configuration = 0;
};

/// The transaction of a claim.
[[nodiscard]] ClaimAnswer execute_claim(const World& world, State& state, const Claiming& claiming);

/// Whether an outcome is on its way to the database.
[[nodiscard]] bool has_attempted(const Worker& worker);
[[nodiscard]] bool holds_claim(const Worker& worker);

/// A process ends: what its workers had in hand is handed out again.
void end_process_of(const World& world, State& state, std::size_t worker);

/// Forgets a worker's delivery.
void end_delivery(Worker& worker);

void break_promise(State& state, Violation violation);

/// Counts on to what is certainly too much.
inline void increase(std::uint8_t& count) {
  constexpr std::uint8_t too_many = 20;
  if (count < too_many) ++count;
}

}  // namespace notifier::model
