#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "notifier/dead_letter_repository.hpp"
#include "operations/dead_letter_ids.hpp"

namespace notifier {

/// Most dead letters that one request may name by their ids.
inline constexpr std::size_t most_chosen_ids = 1000;
inline constexpr std::uint64_t highest_replay_rate = 100'000;
inline constexpr std::size_t longest_discard_reason = 1024;

/// What an operator asks for: `{"ids": […]}`, `{"filter": {…}}` or `{"all": true}`, and for a replay `rate` and `dryRun`.
struct ReplayRequest {
  WrittenChoice choice;
  unsigned rate = 0;
  bool dry_run = false;
};

/// Likewise, with `reason`.
struct DiscardRequest {
  WrittenChoice choice;
  std::string reason;
};

/// The error is a sentence for whoever asked.
[[nodiscard]] std::expected<ReplayRequest, std::string> read_replay_request(std::string_view text);
[[nodiscard]] std::expected<DiscardRequest, std::string> read_discard_request(std::string_view text);

/// `{"reason": "…"}` alone: the dead letter is named elsewhere.
[[nodiscard]] std::expected<std::string, std::string> read_discard_reason(std::string_view text);

}  // namespace notifier
