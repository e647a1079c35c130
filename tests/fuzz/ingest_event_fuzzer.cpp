// The input is the body of a POST /events/ingest.

#include <cstdint>

#include "domain/event_schema.hpp"
#include "fuzz/properties.hpp"

using namespace notifier;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  const auto event = parse_ingested_event(body);
  if (event) {
    fuzz::check_accepted(*event);
  } else {
    fuzz::check_is_message(event.error().message);
  }
  return 0;
}
