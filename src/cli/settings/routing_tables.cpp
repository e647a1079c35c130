#include "cli/settings/routing_tables.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <utility>
#include <variant>

#include "cli/settings/sender_table.hpp"
#include "cli/settings/table_reader.hpp"
#include "senders/http/webhook_host.hpp"

namespace notifier {
namespace {

using Faults = std::vector<std::string>;

/// The name of a route is a part of event ids.
bool is_name(std::string_view name) {
  constexpr std::size_t longest = 32;
  constexpr std::string_view characters = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  return !name.empty() && name.size() <= longest && name.find_first_not_of(characters) == std::string_view::npos;
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char character) { return character < 0x20 || character == 0x7F; });
}

bool is_pattern(std::string_view pattern) {
  constexpr std::size_t longest = 255;
  return !pattern.empty() && pattern.size() <= longest && !has_control_characters(pattern);
}

/// A key that a template can name after `payload.`.
bool is_payload_key(std::string_view key) {
  return !key.empty() && !has_control_characters(key) && key.find_first_of(" .{}#^/&>!=") == std::string_view::npos;
}

std::string name_of_repeated(std::vector<std::string> names) {
  std::ranges::sort(names);
  const auto repeated = std::ranges::adjacent_find(names);
  return repeated == names.end() ? "" : *repeated;
}

/// Of all senders, whether they are sound or not.
std::vector<std::string> names_of_senders(const std::vector<ConfigTable>& tables) {
  std::vector<std::string> names;
  for (const ConfigTable& table : tables) {
    if (table.kind == "senders") names.push_back(table.name);
  }
  return names;
}

void check_senders(TableReader& reader, const std::vector<std::string>& named, const std::vector<std::string>& known) {
  if (const std::string twice = name_of_repeated(named); !twice.empty()) {
    reader.complain("senders", in_quotes(twice) + " is there twice: name it once");
  }
  for (const std::string& name : named) {
    if (std::ranges::find(known, name) != known.end()) continue;
    reader.complain("senders", "there is no sender " + in_quotes(name) + ": add a table [senders." + name + "]" +
                                   (known.empty() ? "" : ", or name one of " + joined(known)));
  }
}

bool sends_mail(const std::string& name, const std::vector<NamedSender>& senders) {
  const auto sender = std::ranges::find(senders, name, &NamedSender::name);
  return sender != senders.end() && std::holds_alternative<SmtpSettings>(sender->kind);
}

/// What is made of the event alone is for machines.
void require_words_of_mail(const ConfigTable& table, const Route& route, const std::vector<NamedSender>& senders,
                           Faults& faults) {
  if (!route.template_name.empty()) return;
  const auto mail = std::ranges::find_if(route.senders, [&](const std::string& name) { return sends_mail(name, senders); });
  if (mail == route.senders.end()) return;
  faults.push_back(table.place + ": " + table.title() + " needs template: people read what " + in_quotes(*mail) +
                   " sends. Write NAME.subject.mustache and NAME.text.mustache in TEMPLATE_DIR, and here template = " +
                   "\"NAME\"; 'notifier render NAME EVENT' shows the mail.");
}

Route read_route(const ConfigTable& table, const std::vector<std::string>& known_senders, Faults& faults) {
  TableReader reader{table, faults};
  Route route{.name = table.name};
  if (reader.require("events", "the types of events that it takes, for example [\"user_signup\", \"order_*\"]")) {
    reader.list("events", route.event_types);
  }
  if (reader.require("senders", "the names of one or more senders, in the order in which they are tried")) {
    reader.list("senders", route.senders);
  }
  reader.text("template", route.template_name);
  reader.list("payload-keys", route.payload_keys);
  for (const std::string& pattern : route.event_types) {
    if (!is_pattern(pattern)) {
      reader.complain("events", in_quotes(pattern) + " is no pattern: give the type of an event, 1 to 255 bytes, in which " +
                                    "* stands for any characters");
    }
  }
  for (const std::string& key : route.payload_keys) {
    if (!is_payload_key(key)) {
      reader.complain("payload-keys", in_quotes(key) + " cannot be used in a template: give the key alone, without " +
                                          "'payload.', spaces and signs");
    }
  }
  check_senders(reader, route.senders, known_senders);
  reader.end();
  return route;
}

/// Tables that were shown and are read again have these networks already.
void allow_everywhere(const std::vector<std::string>& networks, std::vector<NamedSender>& senders) {
  for (NamedSender& sender : senders) {
    auto* webhook = std::get_if<WebhookSettings>(&sender.kind);
    if (webhook == nullptr) continue;
    std::ranges::copy_if(networks, std::back_inserter(webhook->allow), [&](const std::string& network) {
      return std::ranges::find(webhook->allow, network) == webhook->allow.end();
    });
  }
}

/// An address that nothing can ever be sent to. Names are not looked up: what they stand for may change.
void refuse_unreachable(const ConfigTable& table, const std::vector<NamedSender>& senders, Faults& faults) {
  const auto sender = std::ranges::find(senders, table.name, &NamedSender::name);
  if (table.kind != "senders" || sender == senders.end()) return;
  const auto* webhook = std::get_if<WebhookSettings>(&sender->kind);
  if (webhook == nullptr) return;
  const std::vector<std::string> addresses = refused_addresses_of(webhook->url, webhook->allow);
  if (addresses.empty()) return;
  std::string networks;
  for (const std::string& address : addresses) {
    const std::string network = address + (address.contains(':') ? "/128" : "/32");
    networks.append(networks.empty() ? "\"" : ", \"").append(network) += '"';
  }
  TableReader{table, faults}.complain("url", "nothing would ever be sent to " + joined(addresses) +
                                                 ", which is not public: permit " + "it, by allow = [" + networks +
                                                 "] in this table or by WEBHOOK_ALLOW");
}

}  // namespace

std::vector<std::string> read_routing_tables(const std::vector<ConfigTable>& tables, Settings& settings) {
  RoutingSettings& routing = settings.routing;
  const std::vector<std::string> known_senders = names_of_senders(tables);
  Faults faults;
  for (const ConfigTable& table : tables) {
    if (!is_name(table.name)) {
      faults.push_back(table.place + ": " + table.title() + " has a bad name: use 1 to 32 of a-z, 0-9, '-' and '_'.");
    } else if (table.kind == "senders") {
      routing.senders.push_back(read_sender(table, settings.sender, faults));
    } else {
      routing.routes.push_back(read_route(table, known_senders, faults));
    }
  }
  if (!known_senders.empty() && routing.routes.empty()) {
    faults.push_back(tables.front().place + ": No route leads to the senders " + joined(known_senders) +
                     ": add a table [routes.NAME] that names them.");
  }
  for (const ConfigTable& table : tables) {
    const auto route = std::ranges::find(routing.routes, table.name, &Route::name);
    if (table.kind != "routes" || route == routing.routes.end()) continue;
    require_words_of_mail(table, *route, routing.senders, faults);
  }
  allow_everywhere(routing.webhook_allow, routing.senders);
  for (const ConfigTable& table : tables) refuse_unreachable(table, routing.senders, faults);
  return faults;
}

}  // namespace notifier
