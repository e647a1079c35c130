#include "domain/json_values.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <chrono>
#include <cstdint>

namespace notifier {
namespace {

namespace json = boost::json;

json::value duration(const Attempt& attempt) {
  if (!attempt.duration) return nullptr;
  return std::chrono::round<std::chrono::milliseconds>(*attempt.duration).count();
}

json::array sends(const std::vector<Send>& all) {
  json::array list;
  for (const Send& send : all) {
    const bool is_sent = send.outcome == SendOutcome::sent;
    list.push_back(json::object{{"sender", text(send.sender)},
                                {"outcome", text(to_string(send.outcome))},
                                {"durationMs", std::int64_t{send.duration.count()}},
                                {"reply", is_sent ? text_or_null(send.text) : json::value{}},
                                {"error", is_sent ? json::value{} : text_or_null(send.text)}});
  }
  return list;
}

}  // namespace

json::value text(std::string_view value) { return json::string{value.data(), value.size()}; }

json::value text_or_null(std::string_view value) { return value.empty() ? json::value{} : text(value); }

json::array attempts(const std::vector<Attempt>& all) {
  json::array list;
  for (const Attempt& attempt : all) {
    list.push_back(json::object{{"attempt", attempt.attempt},
                                {"at", text(attempt.at)},
                                {"outcome", attempt.error.empty() ? "sent" : "failed"},
                                {"error", text_or_null(attempt.error)},
                                {"durationMs", duration(attempt)},
                                {"sends", sends(attempt.sends)}});
  }
  return list;
}

}  // namespace notifier
