#include "domain/json_values.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <chrono>

namespace notifier {
namespace {

namespace json = boost::json;

json::value duration(const FailedAttempt& attempt) {
  if (!attempt.duration) return nullptr;
  return std::chrono::round<std::chrono::milliseconds>(*attempt.duration).count();
}

}  // namespace

json::value text(std::string_view value) { return json::string{value.data(), value.size()}; }

json::value text_or_null(std::string_view value) { return value.empty() ? json::value{} : text(value); }

json::array attempts(const std::vector<FailedAttempt>& failed) {
  json::array list;
  for (const FailedAttempt& attempt : failed) {
    list.push_back(json::object{{"attempt", attempt.attempt},
                                {"at", text(attempt.at)},
                                {"error", text(attempt.error)},
                                {"durationMs", duration(attempt)}});
  }
  return list;
}

}  // namespace notifier
