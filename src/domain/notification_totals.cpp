#include "domain/notification_totals.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace notifier {

void StatusTotals::add(const NotificationCount& count) {
  all += count.count;
  by_status[count.status] += count.count;
}

StatusTotals totals_of(const NotificationCounts& counts) {
  StatusTotals totals;
  for (const NotificationCount& count : counts.counts) totals.add(count);
  return totals;
}

std::vector<TypeTotals> totals_by_type(const NotificationCounts& counts) {
  std::map<std::string, StatusTotals> by_type;
  for (const NotificationCount& count : counts.counts) by_type[count.event_type].add(count);
  std::vector<TypeTotals> list;
  list.reserve(by_type.size());
  for (auto& [type, totals] : by_type) list.push_back({.event_type = type, .totals = std::move(totals)});
  std::ranges::sort(list, [](const TypeTotals& a, const TypeTotals& b) {
    return std::tie(b.totals.all, a.event_type) < std::tie(a.totals.all, b.event_type);
  });
  return list;
}

}  // namespace notifier
