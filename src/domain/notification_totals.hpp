#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "notifier/notification.hpp"

namespace notifier {

struct StatusTotals {
  std::uint64_t all = 0;
  std::map<NotificationStatus, std::uint64_t> by_status{{NotificationStatus::queued, 0},
                                                        {NotificationStatus::sent, 0},
                                                        {NotificationStatus::failed_retrying, 0},
                                                        {NotificationStatus::failed_dlq, 0}};

  void add(const NotificationCount& count);
};

struct TypeTotals {
  std::string event_type;
  StatusTotals totals;
};

[[nodiscard]] StatusTotals totals_of(const NotificationCounts& counts);

/// The most frequent first, and then by name.
[[nodiscard]] std::vector<TypeTotals> totals_by_type(const NotificationCounts& counts);

}  // namespace notifier
