#include "support/sender_configuration.hpp"

#include <fstream>
#include <utility>

namespace notifier::testing {

SenderConfiguration::SenderConfiguration(const std::string& tables) {
  write("notifier.toml", tables);
  write("welcome.subject.mustache", "Welcome, {{username}}\n");
  write("welcome.text.mustache", "You signed up as {{userId}}.\n");
  write("welcome.html.mustache", "<p>You signed up as {{userId}}.</p>\n");
}

std::string SenderConfiguration::file() const { return folder_.path() + "/notifier.toml"; }

std::vector<std::string> SenderConfiguration::arguments(const std::string& command) const {
  return {"--config", file(), command};
}

Environment SenderConfiguration::settings(Environment changes) const {
  changes["TEMPLATE_DIR"] = folder_.path();
  return changes;
}

void SenderConfiguration::write(const std::string& name, const std::string& text) const {
  std::ofstream{folder_.path() + "/" + name} << text;
}

std::string webhook_table(const std::string& name, std::uint16_t port, const std::string& more) {
  return "[senders." + name + "]\ntype = \"webhook\"\nurl = \"http://127.0.0.1:" + std::to_string(port) +
         "/hooks\"\nallow = [\"127.0.0.0/8\"]\nsecrets = [\"whsec_bm90aWZpZXItdGVzdC1zZWNyZXQtMDEy\"]\n" + more + "\n";
}

std::string webhook_table(const std::string& name, const HttpReceiver& receiver, const std::string& more) {
  return webhook_table(name, receiver.port(), more);
}

std::string route_table(const std::string& name, const std::string& sender, const std::string& more) {
  return "[routes." + name + "]\nevents = [\"user_*\"]\nsenders = [\"" + sender + "\"]\n" + more + "\n";
}

}  // namespace notifier::testing
