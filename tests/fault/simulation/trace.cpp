#include "fault/simulation/trace.hpp"

namespace notifier::simulation {

void Trace::note(Owner owner, std::string_view what, std::string_view subject, std::string_view detail) {
  const std::string when = std::to_string(scheduler_.now().count());
  const std::string who = owner == no_consumer ? "-" : "consumer " + std::to_string(owner);
  for (const std::string_view part : {std::string_view{when}, std::string_view{who}, what, subject, detail}) mix(part);
  if (!keep_) return;
  const std::string milliseconds = std::to_string(static_cast<double>(scheduler_.now().count()) / 1000);
  std::string line = milliseconds.substr(0, milliseconds.find('.') + 4) + " ms  " + who + "  ";
  line.append(what);
  for (const std::string_view part : {subject, detail}) {
    if (!part.empty()) line.append("  ").append(part);
  }
  lines_.push_back(std::move(line));
}

void Trace::mix(std::string_view text) {
  // FNV-1a, a NUL after each part.
  for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  hash_ *= 0x100000001b3;
}

}  // namespace notifier::simulation
