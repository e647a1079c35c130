#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "client/event_stream.hpp"
#include "client/input.hpp"
#include "client/progress_line.hpp"
#include "client/service_url.hpp"
#include "command/commands.hpp"
#include "command/local_address.hpp"
#include "domain/loopback.hpp"
#include "notifier/event_id.hpp"

namespace notifier {
namespace {

using client::StreamEnd;
using client::StreamProgress;

constexpr std::uint64_t most_refusals_printed = 100;
constexpr int interrupted_by = 128;

/// The name under which the lines are sent, and how to send them again under it.
struct Run {
  std::string name;
  std::string how_to_repeat;
};

std::expected<client::ServiceUrl, std::string> choose_url(const Settings& settings, const SendOptions& options) {
  if (options.url.empty() && settings.api.port == 0) return std::unexpected{"say where the notifier is: --url or API_PORT."};
  auto url = client::parse_service_url(options.url.empty() ? local_url(settings.api.host, settings.api.port) : options.url);
  if (!url) return std::unexpected{"API_HOST is no host: " + url.error() + "."};
  if (!url->tls && !is_loopback(url->host) && !options.insecure_http) {
    return std::unexpected{"http:// to " + url->host +
                           " would show the API key to everybody on the way: use https://, or, if the network between is "
                           "trusted, --insecure-http."};
  }
  return url;
}

Run choose_run(const SendOptions& options, const client::Input& input) {
  constexpr const char* same_command = "run the same command again";
  if (!options.run.empty()) return {.name = options.run, .how_to_repeat = same_command};
  if (input.file_size()) {
    return {.name = std::filesystem::canonical(options.file).string(), .how_to_repeat = same_command};
  }
  const std::string name = new_event_id();
  std::cerr << "notifier: this is run " << name << "; with --run " << name
            << " the same input can be sent again without duplicates\n";
  return {.name = name, .how_to_repeat = "send the same input again with --run " + name};
}

void print_refusal(std::uint64_t line, const std::string& error, std::uint64_t printed_before) {
  if (printed_before < most_refusals_printed) std::cerr << "line " << line << ": " << error << "\n";
  if (printed_before == most_refusals_printed) std::cerr << "further refused lines are counted but not printed\n";
}

void print_summary(const StreamProgress& progress) {
  std::cout << progress.accepted + progress.refused << " lines: " << progress.accepted << " accepted, " << progress.refused
            << " refused\n"
            << std::flush;
}

/// Sends with a progress bar if there is a terminal to show it.
std::expected<StreamEnd, std::string> send_lines(const client::Input& input, const client::StreamOptions& options) {
  std::optional<client::ProgressLine> line;
  if (::isatty(STDERR_FILENO) == 1) line.emplace(std::cerr);
  std::uint64_t printed = 0;
  const auto begin = std::chrono::steady_clock::now();
  const auto on_refused = [&](std::uint64_t number, const std::string& error) {
    if (line) line->clear();
    print_refusal(number, error, printed++);
  };
  const auto on_progress = [&](const StreamProgress& progress) {
    if (!line) return;
    const auto elapsed = std::chrono::steady_clock::now() - begin;
    line->show(
        client::progress_text(progress, input.file_size(), std::chrono::duration_cast<std::chrono::milliseconds>(elapsed)));
  };
  return client::stream_events(input, options, {.on_refused = on_refused, .on_progress = on_progress});
}

}  // namespace

CommandResult run_send(const Settings& settings, const SendOptions& options) {
  auto url = choose_url(settings, options);
  if (!url) return std::unexpected{std::move(url.error())};
  const auto input = client::Input::open(options.file);
  if (!input) return std::unexpected{input.error()};
  const Run run = choose_run(options, *input);

  const auto end = send_lines(*input, {.url = std::move(*url),
                                       .ca_file = options.tls_ca_file,
                                       .api_key = settings.api.key_for(Role::ingest),
                                       .run = run.name,
                                       .connections = options.connections,
                                       .patience = options.patience});
  if (!end) return std::unexpected{end.error()};
  print_summary(end->progress);
  const std::string no_duplicates = run.how_to_repeat + ": what was accepted already is not sent twice.";
  if (end->signal) {
    std::cerr << "notifier: interrupted. To go on, " << no_duplicates << "\n";
    return interrupted_by + *end->signal;
  }
  if (end->gave_up) return std::unexpected{*end->gave_up + ". To go on, " + no_duplicates};
  if (end->progress.refused > 0) return std::unexpected{"lines were refused. Correct them in place and " + no_duplicates};
  return {};
}

}  // namespace notifier
