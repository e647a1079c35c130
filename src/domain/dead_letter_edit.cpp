#include "domain/dead_letter_edit.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string>

#include "base/checked_json.hpp"
#include "base/json_slice.hpp"
#include "domain/event_id.hpp"

namespace notifier {
namespace {

namespace json = boost::json;

json::string_view view(const std::string& text) { return {text.data(), text.size()}; }

/// The whole event, as a client would have posted it.
std::expected<std::string, InvalidEvent> with_payload(const DeadLetterRecord& dead, std::string_view text) {
  const auto edited = read_checked_json(text, {});
  if (!edited) return std::unexpected{InvalidEvent{.message = edited.error()}};
  const auto* const object = edited->if_object();
  if (object == nullptr || object->size() != 1 || !object->contains("payload")) {
    return std::unexpected{InvalidEvent{.message = R"(give {"payload": {…}}: type and timestamp stay as they are)"}};
  }
  std::string whole =
      json::serialize(json::object{{"eventType", view(dead.summary.event_type)}, {"timestamp", view(dead.event_timestamp)}});
  whole.pop_back();
  // If the payload were parsed and written again, its numbers would look different.
  whole.append(R"(,"payload":)").append(member_value_text(text, 0)).append("}");
  return whole;
}

/// Of a dead letter that is no notification the event is not known.
InvalidEvent of_whole_event(InvalidEvent fault) {
  fault.message += R"(; give a whole event, {"eventType": …, "timestamp": …, "payload": {…}})";
  return fault;
}

std::string id_for(const DeadLetterRecord& dead) {
  const bool has_own =
      dead.of_notification || (is_valid_event_id(dead.summary.event_id) && dead.summary.reason != "payload_mismatch");
  return has_own ? dead.summary.event_id : new_event_id();
}

}  // namespace

std::expected<Event, InvalidEvent> edited_event(const DeadLetterRecord& dead, std::string_view text) {
  std::expected<std::string, InvalidEvent> whole{text};
  if (dead.of_notification) whole = with_payload(dead, text);
  if (!whole) return std::unexpected{std::move(whole.error())};
  const auto checked = parse_ingested_event(*whole);
  if (!checked && !dead.of_notification) return std::unexpected{of_whole_event(checked.error())};
  if (!checked) return std::unexpected{checked.error()};
  // Only a queued event has a fingerprint.
  auto queued = parse_queued_event(event_message_body(id_for(dead), checked->type, checked->timestamp, checked->payload));
  if (!queued) return std::unexpected{std::move(queued.error())};
  return std::move(queued->event);
}

}  // namespace notifier
