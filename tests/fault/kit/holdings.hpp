#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/system_under_test.hpp"

namespace notifier::testing {

/// A dead letter, in its queue or as a row.
struct HeldDeadLetter {
  std::string event_id;
  std::string reason;
  std::string error;
  bool has_words = true;  ///< false: the broker itself moved it, and its row has the words
};

/// What is known of the events of one test by those who cannot err about it: the database, the queues, and the mock, which
/// writes a line for each send.
struct Holdings {
  std::map<std::string, std::string> statuses;  ///< of all rows, by event id
  std::map<std::string, std::size_t> queues;    ///< messages in each queue, those handed out included
  std::map<std::string, unsigned> attempts;     ///< counted in the rows, by event id
  std::set<std::string> dead_letters;           ///< event ids
  std::vector<HeldDeadLetter> deaths;           ///< of the queue, and of the rows that are DEAD
  std::vector<std::string> sends;               ///< `<notification id> <attempt>`, in the order in which they happened

  /// Nothing waits in the main queue or a delay queue.
  [[nodiscard]] bool is_quiet() const;
};

/// Of `api` and `consume` on real servers, the broker's and the database's own tools asked. Throws when one of them cannot
/// be asked now.
Holdings holdings_of(const RealServers& servers);

/// Of `all` on the embedded default, by reading its files. Throws when they cannot be read now.
Holdings holdings_of_files(const std::string& data_dir, const std::string& mock_record);

/// Likewise, with the settings of `embedded_settings`.
Holdings holdings_of(const TemporaryFolder& folder);

}  // namespace notifier::testing
