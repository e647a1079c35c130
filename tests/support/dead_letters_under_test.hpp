#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "notifier/dead_letter_repository.hpp"
#include "support/system_under_test.hpp"

namespace notifier::testing {

/// The dead letters of a running system, asked through the port on a connection of the test's own. What fails is an
/// exception.
class DeadLettersUnderTest {
 public:
  explicit DeadLettersUnderTest(const RealServers& servers);
  explicit DeadLettersUnderTest(const TemporaryFolder& folder);  ///< of `embedded_settings`

  [[nodiscard]] DeadLetterRepository& repository() const { return *repository_; }

  /// Those that are dead, newest first.
  [[nodiscard]] std::vector<DeadLetterSummary> dead() const;

  /// How many of them there are for each reason.
  [[nodiscard]] std::map<std::string, std::uint64_t> count_by_reason() const;

  /// Waits until so many are dead and none of the replays goes on.
  [[nodiscard]] bool await_dead(std::size_t count) const;

  [[nodiscard]] std::uint64_t start_replay(const DeadLetterChoice& choice, unsigned rate = 0) const;
  [[nodiscard]] ReplayRecord replay(std::uint64_t id) const;

  /// Waits until the replay has ended; how it ended.
  [[nodiscard]] ReplayRecord await_end(std::uint64_t id) const;

 private:
  std::unique_ptr<DeadLetterRepository> repository_;
};

/// Changes rows of a running embedded default behind its back.
void change_embedded_rows(const TemporaryFolder& folder, const std::string& sql);

/// Of a running embedded default, with all that is handed out.
[[nodiscard]] std::size_t messages_in_embedded_queue(const TemporaryFolder& folder, const std::string& queue);

}  // namespace notifier::testing
