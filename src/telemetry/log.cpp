#include "notifier/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <memory>

#include "base/terminal_text.hpp"

namespace notifier::log {
namespace {

constexpr std::size_t queued_lines = 8192;

struct Output {
  std::shared_ptr<spdlog::logger> logger;
  bool json = false;
};

void set_pattern(spdlog::logger& logger, bool json) {
  const char* pattern = json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v";
  logger.set_pattern(pattern, spdlog::pattern_time_type::utc);
}

Output& output() {
  static Output instance = [] {
    Output first{.logger = std::make_shared<spdlog::logger>("notifier", std::make_shared<spdlog::sinks::stderr_sink_mt>())};
    set_pattern(*first.logger, false);
    return first;
  }();
  return instance;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// Whoever looks at a log does so in a terminal sooner or later.
std::string json_quoted(std::string_view text) {
  return terminal_text(boost::json::serialize(boost::json::string_view{text.data(), text.size()}));
}

bool is_plain(std::string_view text) {
  return text.find_first_of(" \"=\\") == std::string_view::npos &&
         std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// A sentence for people; control characters would let a value forge a line or drive the terminal.
std::string without_control_characters(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return terminal_text(result);
}

std::string text_line(std::string_view message, Fields fields) {
  std::string line = without_control_characters(message);
  for (const Field& field : fields) {
    if (field.value.empty()) continue;
    line.append(" ").append(field.name).append("=");
    line.append(is_plain(field.value) ? terminal_text(field.value) : json_quoted(field.value));
  }
  return line;
}

std::string json_line(std::string_view message, Fields fields) {
  std::string line = "\"message\":" + json_quoted(message);
  for (const Field& field : fields) {
    if (field.value.empty()) continue;
    line.append(",\"").append(field.name).append("\":");
    line.append(field.quoted ? json_quoted(field.value) : field.value);
  }
  return line;
}

void write(spdlog::level::level_enum level, std::string_view message, Fields fields) {
  const Output& out = output();
  if (!out.logger->should_log(level)) return;
  out.logger->log(level, "{}", out.json ? json_line(message, fields) : text_line(message, fields));
}

}  // namespace

void configure(const LogSettings& settings) {
  Output& out = output();
  out.json = settings.format == LogFormat::json || (settings.format == LogFormat::automatic && ::isatty(STDERR_FILENO) == 0);
  spdlog::init_thread_pool(queued_lines, 1);
  out.logger = std::make_shared<spdlog::async_logger>("notifier", std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                                      spdlog::thread_pool(), spdlog::async_overflow_policy::overrun_oldest);
  out.logger->set_level(to_spdlog(settings.level));
  set_pattern(*out.logger, out.json);
}

void shutdown() {
  output().logger->set_level(spdlog::level::off);
  spdlog::shutdown();
}

void debug(std::string_view message, Fields fields) { write(spdlog::level::debug, message, fields); }
void info(std::string_view message, Fields fields) { write(spdlog::level::info, message, fields); }
void warn(std::string_view message, Fields fields) { write(spdlog::level::warn, message, fields); }
void error(std::string_view message, Fields fields) { write(spdlog::level::err, message, fields); }

}  // namespace notifier::log
