#include "cli/send.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/loopback.hpp"
#include "cli/ids_file.hpp"
#include "cli/local_address.hpp"
#include "cli/option_values.hpp"
#include "cli/settings/duration.hpp"
#include "cli/subcommands.hpp"
#include "domain/event_id.hpp"
#include "http/client/event_stream.hpp"
#include "http/client/input.hpp"
#include "http/client/progress_line.hpp"
#include "http/client/service_url.hpp"

namespace notifier {
namespace {

constexpr const char* explanation =
    R"(Each line is an event as JSON. Lines are sent in no certain order. When it was interrupted or gave up, run the same
command again: all lines are sent once more, and those that had been accepted are no new events, as a line's
Idempotency-Key is made of the name of the run, its number and its text. So lines may be appended, and refused ones corrected
in place; but a line that moves to another number is a new event.

The name of the run is the file's path: equal lines at the same place of two files that had the same path, on two machines
say, count as one event unless each file has a --run of its own. What does not come from a file gets a new name each time,
which is printed: without that --run, sending it again makes duplicates.

API_KEY is sent along, the first if there are several. Exit status: 0 all lines were accepted; 1 some were refused, or it
gave up; 130 interrupted.
)";

std::string check_url(const std::string& text) {
  const auto url = client::parse_service_url(text);
  return url ? std::string{} : url.error();
}

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

void print_summary(const StreamEnd& end) {
  const std::uint64_t lines = end.progress.accepted + end.progress.refused;
  const bool is_whole = !end.signal && !end.gave_up;
  if (is_whole && lines == 0) {
    std::cout << "there is no event in the input: nothing was sent\n" << std::flush;
    return;
  }
  std::cout << lines << (lines == 1 ? " line" : " lines") << (is_whole ? ": " : " so far: ") << end.progress.accepted
            << " accepted, " << end.progress.refused << " refused\n"
            << std::flush;
}

/// Sends with a progress bar if there is a terminal to show it. `ids` may be null.
std::expected<StreamEnd, std::string> send_lines(const client::Input& input, const client::StreamOptions& options,
                                                 IdsFile* ids) {
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
  client::StreamObserver observer{.on_accepted = {}, .on_refused = on_refused, .on_progress = on_progress};
  if (ids != nullptr)
    observer.on_accepted = [ids](const std::string& id) {
      if (!id.empty()) ids->add(id);
    };
  return client::stream_events(input, options, observer);
}

/// Nothing if no ids are wanted.
std::expected<std::optional<IdsFile>, std::string> open_ids_file(const SendOptions& options) {
  if (options.ids_file.empty()) return std::nullopt;
  std::error_code not_there;
  if (std::filesystem::equivalent(options.ids_file, options.file, not_there)) {
    return std::unexpected{"--ids names the file with the events, which would be overwritten: name another one."};
  }
  auto file = IdsFile::open(options.ids_file);
  if (!file) return std::unexpected{std::move(file.error())};
  return std::optional{std::move(*file)};
}

CommandResult run_send(const Settings& settings, const SendOptions& options) {
  auto url = choose_url(settings, options);
  if (!url) return wrong_invocation(std::move(url.error()));
  const auto input = client::Input::open(options.file);
  if (!input) return std::unexpected{input.error()};
  auto ids = open_ids_file(options);
  if (!ids) return std::unexpected{std::move(ids.error())};
  const Run run = choose_run(options, *input);

  const auto end = send_lines(*input,
                              {.url = std::move(*url),
                               .ca_file = options.tls_ca_file,
                               .api_key = settings.api.key_for(Role::ingest),
                               .run = run.name,
                               .connections = options.connections,
                               .patience = options.patience},
                              *ids ? &**ids : nullptr);
  if (!end) return std::unexpected{end.error()};
  print_summary(*end);
  const std::string no_duplicates = run.how_to_repeat + ": what was accepted already is not sent twice.";
  if (*ids) {
    if (auto written = (*ids)->finish(); !written) {
      return std::unexpected{written.error() + ". To get them, " + no_duplicates};
    }
  }
  if (end->signal) {
    std::cerr << "notifier: interrupted. To go on, " << no_duplicates << "\n";
    return interrupted_by + *end->signal;
  }
  if (end->gave_up) return std::unexpected{*end->gave_up + ". To go on, " + no_duplicates};
  if (end->progress.refused > 0) return std::unexpected{"lines were refused. Correct them in place and " + no_duplicates};
  return {};
}

}  // namespace

void add_send_options(CLI::App& parser, SendOptions& options) {
  parser.footer(parser.get_footer() + '\n' + explanation);
  const auto add = [&parser](const char* name, auto& value, const char* description, const char* type) {
    return parser.add_option(name, value, description)->type_name(type);
  };
  add("FILE", options.file, "File with one event a line; - is standard input", "")->required();
  add("--url", options.url, "Where the notifier is; none: http on API_HOST and API_PORT", "URL")
      ->check(CLI::Validator{check_url, ""});
  add("--tls-ca-file", options.tls_ca_file, "Authorities (PEM) that https:// trusts; none: the system's", "FILE");
  parser.add_flag("--insecure-http", options.insecure_http,
                  "Allow http:// to another machine, where everybody on the way can read the API key");
  add("--run", options.run, "Name of the run: what is sent again under it is not sent twice", "NAME");
  add("--ids", options.ids_file, "File for the ids of the accepted events, one a line; what was in it is lost", "FILE");
  add("--connections", options.connections, "Requests under way at a time, 1 to 256 [default 16]", "N")
      ->check(whole_number(1, 256));
  const auto take_patience = [&options](const std::string& text) {
    const auto patience = parse_duration(text);
    if (!patience) throw CLI::ValidationError{"--patience", "'" + text + "' is not a duration, for example 30s or 5m"};
    options.patience = *patience;
  };
  parser
      .add_option_function<std::string>("--patience", take_patience,
                                        "How long to go on trying while nothing gets through [default 60s]")
      ->type_name("DURATION");
}

const Subcommand send_subcommand{
    .name = "send",
    .description = "Send events, one a line, to a running notifier; a repetition makes no duplicates. Needs API_KEY",
    .examples =
        R"(  notifier send events.ndjson
  notifier send events.ndjson --url https://notifier.example.com --ids accepted-ids.txt
  zcat events.ndjson.gz | notifier send - --run january --patience 10m
)",
    .check = [](const Settings& settings) -> std::optional<SettingsFault> {
      if (!settings.api.key_for(Role::ingest).empty()) return std::nullopt;
      return SettingsFault{
          .sentence =
              "API_KEY is missing: set a key of the notifier that is to take the events, in API_KEY or in a "
              "file that API_KEY_FILE names."};
    },
    .prepare = [](CLI::App& parser) -> Subcommand::Run {
      const auto options = std::make_shared<SendOptions>();
      add_send_options(parser, *options);
      return [options](const Settings& settings) { return run_send(settings, *options); };
    },
};

}  // namespace notifier
