// The first byte chooses the format, the rest is the body of a POST /events/ingest/batch.

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdint>

#include "domain/event_batch.hpp"
#include "fuzz/properties.hpp"

using namespace notifier;

namespace {

void check_texts(std::string_view body, const std::vector<std::string_view>& texts) {
  fuzz::check(!texts.empty() && texts.size() <= max_batch_events, "a batch has an event at least and a thousand at most");
  const char* end_of_last = body.data();
  for (const std::string_view text : texts) {
    fuzz::check(!text.empty() && text.data() >= end_of_last, "texts are of the body, in its order, and not empty");
    end_of_last = text.data() + text.size();
  }
  fuzz::check(end_of_last <= body.data() + body.size(), "texts end where the body does");
}

/// What an array is, the parser of single events decides as well: both have to find the same values.
void check_against_parser(std::string_view body, const std::expected<std::vector<std::string_view>, InvalidEvent>& texts) {
  boost::system::error_code error;
  const auto whole = boost::json::parse({body.data(), body.size()}, error);
  if (error || !whole.is_array()) return;
  const auto& values = whole.get_array();
  const bool fits = !values.empty() && values.size() <= max_batch_events;
  fuzz::check(texts.has_value() == fits, "a valid array is split if it has not too few or too many events");
  if (!fits) return;
  fuzz::check(texts->size() == values.size(), "every value of an array has a text");
  for (std::size_t index = 0; index < values.size(); ++index) {
    const std::string_view text = (*texts)[index];
    fuzz::check(boost::json::parse({text.data(), text.size()}) == values[index], "a text is that of its value");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto format = data[0] == 'n' ? BatchFormat::ndjson : BatchFormat::json_array;
  const std::string_view body{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto texts = split_event_batch(body, format);
  if (texts) {
    check_texts(body, *texts);
  } else {
    fuzz::check_is_message(texts.error().message);
  }
  if (format == BatchFormat::json_array) check_against_parser(body, texts);
  return 0;
}
