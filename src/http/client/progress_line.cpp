#include "http/client/progress_line.hpp"

#include <algorithm>

namespace notifier::client {
namespace {

constexpr std::string_view to_the_beginning_and_erase = "\r\x1b[K";
constexpr std::uint64_t bar_width = 20;

std::string bar(std::uint64_t done, std::uint64_t size) {
  const double part = size == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(size));
  const auto filled = static_cast<std::size_t>(part * bar_width);
  std::string percent = std::to_string(static_cast<unsigned>(part * 100));
  percent.insert(0, 3 - percent.size(), ' ');
  return "[" + std::string(filled, '#') + std::string(bar_width - filled, '-') + "] " + percent + "%  ";
}

}  // namespace

std::string progress_text(const StreamProgress& progress, std::optional<std::uint64_t> size,
                          std::chrono::milliseconds elapsed) {
  constexpr std::size_t widest = 79;
  const std::uint64_t lines = progress.accepted + progress.refused;
  const auto milliseconds = static_cast<std::uint64_t>(std::max<std::chrono::milliseconds::rep>(1, elapsed.count()));
  std::string text = size ? bar(progress.bytes_done, *size) : std::string{};
  const std::uint64_t rate = lines * 1000 / milliseconds;
  if (rate > 0) text += std::to_string(rate) + " lines/s, ";
  text += std::to_string(progress.accepted) + " accepted, " + std::to_string(progress.refused) + " refused";
  if (progress.waiting > 0) text += ", " + std::to_string(progress.waiting) + " waiting";
  return text.substr(0, widest);
}

void ProgressLine::show(const std::string& text) { terminal_ << to_the_beginning_and_erase << text << std::flush; }

void ProgressLine::clear() { terminal_ << to_the_beginning_and_erase << std::flush; }

}  // namespace notifier::client
