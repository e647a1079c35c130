#include "domain/event_batch.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/json_slice.hpp"

namespace notifier {
namespace {

using Texts = std::vector<std::string_view>;
using Split = std::expected<Texts, InvalidEvent>;

std::unexpected<InvalidEvent> fault(std::string text) { return std::unexpected{InvalidEvent{.message = std::move(text)}}; }

std::unexpected<InvalidEvent> not_an_array(std::size_t position) {
  return fault("the batch is not a JSON array of events: see byte " + std::to_string(position));
}

Split split_array(std::string_view body) {
  Texts texts;
  std::size_t position = skip_json_whitespace(body, 0);
  if (!body.substr(position).starts_with('[')) return not_an_array(position);
  position = skip_json_whitespace(body, position + 1);
  bool open = !body.substr(position).starts_with(']');
  while (open) {
    const std::size_t start = skip_json_whitespace(body, position);
    const std::size_t end = end_of_json_value(body, start);
    const std::size_t next = skip_json_whitespace(body, end);
    if (end == start || next == body.size() || (body[next] != ',' && body[next] != ']')) return not_an_array(next);
    texts.push_back(body.substr(start, end - start));
    open = body[next] == ',' && texts.size() <= max_batch_events;
    position = open ? next + 1 : next;
  }
  const std::size_t behind = skip_json_whitespace(body, position + 1);
  if (texts.size() <= max_batch_events && behind < body.size()) return not_an_array(behind);
  return texts;
}

bool begins_object_or_array(std::string_view text) { return text.starts_with('{') || text.starts_with('['); }

bool has_several_values(std::string_view line) {
  const std::size_t start = skip_json_whitespace(line, 0);
  if (!begins_object_or_array(line.substr(start))) return false;
  const std::size_t next = skip_json_whitespace(line, end_of_json_value(line, start));
  return begins_object_or_array(line.substr(next));
}

Split split_lines(std::string_view body) {
  Texts texts;
  for (std::size_t start = 0; start < body.size() && texts.size() <= max_batch_events;) {
    const std::size_t end = std::min(body.find('\n', start), body.size());
    const std::string_view line = body.substr(start, end - start);
    if (skip_json_whitespace(line, 0) < line.size()) texts.push_back(line);
    start = end + 1;
  }
  if (texts.size() == 1 && has_several_values(texts.front())) {
    return fault(
        "the batch has several events in one line: put each on a line of its own. curl keeps line ends only with "
        "--data-binary, not with -d");
  }
  return texts;
}

}  // namespace

std::expected<std::vector<std::string_view>, InvalidEvent> split_event_batch(std::string_view body, BatchFormat format) {
  Split texts = format == BatchFormat::ndjson ? split_lines(body) : split_array(body);
  if (!texts) return texts;
  if (texts->empty()) return fault("the batch has no events");
  if (texts->size() > max_batch_events) {
    return fault("the batch has more than " + std::to_string(max_batch_events) + " events");
  }
  return texts;
}

}  // namespace notifier
