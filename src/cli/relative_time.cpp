#include "cli/relative_time.hpp"

#include "base/rfc3339.hpp"

namespace notifier {
namespace {

using std::chrono::seconds;

constexpr seconds longest_in_hours = std::chrono::days{2};
constexpr seconds longest_in_days = std::chrono::days{100};
constexpr std::size_t length_of_date = 10;

/// In one unit, without what does not fill it.
std::string distance(seconds duration) {
  using std::chrono::days;
  using std::chrono::duration_cast;
  using std::chrono::hours;
  using std::chrono::minutes;
  if (duration < minutes{1}) return std::to_string(duration.count()) + " s";
  if (duration < hours{1}) return std::to_string(duration_cast<minutes>(duration).count()) + " min";
  if (duration < longest_in_hours) return std::to_string(duration_cast<hours>(duration).count()) + " h";
  return std::to_string(duration_cast<days>(duration).count()) + " d";
}

}  // namespace

std::string relative_time(const std::string& time, std::chrono::system_clock::time_point now) {
  const auto point = from_rfc3339(time);
  if (!point) return time;
  const auto ago = std::chrono::duration_cast<seconds>(now - *point);
  if (std::chrono::abs(ago) > longest_in_days) return time.substr(0, length_of_date);
  if (ago == seconds::zero()) return "now";
  return ago > seconds::zero() ? distance(ago) + " ago" : "in " + distance(-ago);
}

std::string time_and_distance(const std::string& time, std::chrono::system_clock::time_point now) {
  const std::string relative = relative_time(time, now);
  return time.starts_with(relative) ? time : time + " (" + relative + ")";
}

}  // namespace notifier
