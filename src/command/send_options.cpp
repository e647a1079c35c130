#include "command/send_options.hpp"

#include <CLI/CLI.hpp>

#include "client/service_url.hpp"
#include "command/duration.hpp"

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

}  // namespace

void add_send_options(CLI::App& subcommand, SendOptions& options) {
  subcommand.footer(explanation);
  const auto add = [&subcommand](const char* name, auto& value, const char* description, const char* type) {
    return subcommand.add_option(name, value, description)->type_name(type);
  };
  add("FILE", options.file, "File with one event a line; - is standard input", "")->required();
  add("--url", options.url, "Where the notifier is; none: http on API_HOST and API_PORT", "URL")
      ->check(CLI::Validator{check_url, ""});
  add("--tls-ca-file", options.tls_ca_file, "Authorities (PEM) that https:// trusts; none: the system's", "FILE");
  subcommand.add_flag("--insecure-http", options.insecure_http,
                      "Allow http:// to another machine, where everybody on the way can read the API key");
  add("--run", options.run, "Name of the run: what is sent again under it is not sent twice", "NAME");
  add("--connections", options.connections, "Requests under way at a time, 1 to 256 [default 16]", "N")
      ->check(CLI::Range(1, 256).description(""));
  const auto take_patience = [&options](const std::string& text) {
    const auto patience = parse_duration(text);
    if (!patience) throw CLI::ValidationError{"--patience", "'" + text + "' is not a duration, for example 30s or 5m"};
    options.patience = *patience;
  };
  subcommand
      .add_option_function<std::string>("--patience", take_patience,
                                        "How long to go on trying while nothing gets through [default 60s]")
      ->type_name("DURATION");
}

}  // namespace notifier
