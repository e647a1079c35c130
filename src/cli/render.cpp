#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <utility>

#include "base/text_file.hpp"
#include "cli/subcommands.hpp"
#include "domain/event_id.hpp"
#include "domain/event_schema.hpp"
#include "templates/mustache_renderer.hpp"

namespace notifier {
namespace {

struct RenderOptions {
  std::string template_name;
  std::string file;  ///< `-`: standard input
};

std::expected<Event, std::string> read_event(const std::string& path) {
  const auto text = read_text_file(path, max_event_bytes);
  if (!text) return std::unexpected{text.error()};
  auto event = parse_ingested_event(*text);
  if (!event) return std::unexpected{"the event would be refused: " + event.error().message + "."};
  event->id = new_event_id();
  return std::move(*event);
}

/// Those that use the template; for one that none uses yet, one that declares all of it.
std::vector<Route> routes_with(const std::string& template_name, const std::vector<Route>& all) {
  std::vector<Route> routes;
  for (const Route& route : all) {
    if (route.template_name == template_name) routes.push_back(route);
  }
  if (routes.empty()) routes.push_back({.name = {}, .template_name = template_name});
  return routes;
}

CommandResult run_render(const Settings& settings, const RenderOptions& options) {
  const auto event = read_event(options.file);
  if (!event) return std::unexpected{event.error()};
  const std::vector<Route> routes = routes_with(options.template_name, settings.routing.routes);
  const auto renderer = make_template_renderer(settings.routing.template_dir, routes);
  if (!renderer) return wrong_invocation(renderer.error());
  const auto content = (*renderer)->render(options.template_name, *event);
  if (!content) return std::unexpected{content.error() + "."};

  std::cout << "Subject: " << content->subject << "\n\n" << content->text;
  if (!content->html.empty()) std::cout << "\n--- HTML ---\n" << content->html;
  std::cout << std::flush;
  return {};
}

}  // namespace

const Subcommand render_subcommand{
    .name = "render",
    .description = "Print the mail that a template makes of an event",
    .examples =
        R"(  notifier --config /etc/notifier.toml render welcome event.json
  echo '{"eventType":"shipped","timestamp":"2026-01-31T12:00:00Z","payload":{"userId":"u-1","email":"ada@example.com","username":"ada"}}' | notifier render welcome -
)",
    .uses_senders = true,
    .prepare = [](CLI::App& parser) -> Subcommand::Run {
      const auto options = std::make_shared<RenderOptions>();
      const auto add = [&parser](const char* name, std::string& value, const char* help) {
        parser.add_option(name, value, help)->type_name("")->required();
      };
      add("TEMPLATE", options->template_name, "Name of the template, in TEMPLATE_DIR");
      add("EVENT", options->file, "File with an event, as it is posted to /events/ingest; - is standard input");
      return [options](const Settings& settings) { return run_render(settings, *options); };
    },
};

}  // namespace notifier
