#include "third_party/reverse_proxy.hpp"

#include <boost/algorithm/string/erase.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <csignal>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "support/http_request.hpp"
#include "support/wait_until.hpp"
#include "third_party/installed_program.hpp"

namespace notifier::testing {
namespace {

const std::string configurations = NOTIFIER_PROXY_CONFIGURATIONS;

/// What Debian's own configuration has before them.
std::string before_haproxy() {
  return "global\n  log stdout format raw local0\ndefaults\n  log global\n  option httplog\n\n";
}

std::string before_nginx(const std::string& folder) {
  std::string text =
      "daemon off;\nuser root;\npid " + folder + "/pid;\nerror_log stderr info;\nevents {}\nhttp {\naccess_log off;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    text.append(kind).append("_temp_path ").append(folder).append("/").append(kind).append(";\n");
  }
  return text;
}

std::string before_apache(const std::string& folder) {
  std::string text = "ServerName localhost\nServerRoot " + folder + "\nDefaultRuntimeDir " + folder + "\nPidFile " + folder +
                     "/pid\nErrorLog /dev/stderr\nUser www-data\nGroup www-data\n";
  for (const char* module : {"mpm_event", "authz_core", "proxy", "proxy_http", "proxy_balancer", "lbmethod_byrequests",
                             "slotmem_shm", "watchdog", "proxy_hcheck"}) {
    const std::string file = "/usr/lib/apache2/modules/mod_" + std::string{module} + ".so";
    // The watchdog may be built in.
    if (std::filesystem::exists(file)) text += "LoadModule " + std::string{module} + "_module " + file + "\n";
  }
  return text;
}

std::string without_http_1_1(std::string nginx) {
  boost::algorithm::erase_all(nginx, "proxy_http_version 1.1;");
  boost::algorithm::erase_all(nginx, R"(proxy_set_header Connection "";)");
  return nginx;
}

bool leads_to_api(std::uint16_t port) {
  try {
    return http_request(port, "GET", "/health/ready").status == 200;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

std::string to_string(ProxyKind kind) {
  switch (kind) {
    case ProxyKind::haproxy:
      return "HAProxy";
    case ProxyKind::nginx:
      return "nginx";
    case ProxyKind::nginx_http_1_0:
      return "nginx with HTTP/1.0";
    case ProxyKind::apache:
      return "Apache";
  }
  std::unreachable();
}

ReverseProxy::ReverseProxy(ProxyKind kind, std::uint16_t first_api, std::uint16_t second_api) {
  write_file(folder_.path() + "/configuration", configuration(kind, first_api, second_api));
  start(kind);
  if (!wait_until([&] { return leads_to_api(port_) || !process_->is_running(); }) || !process_->is_running()) {
    throw std::runtime_error{to_string(kind) + " does not lead to notifier:\n" + log()};
  }
}

ReverseProxy::~ReverseProxy() {
  // Its workers end with it.
  process_->signal(SIGTERM);
  static_cast<void>(process_->wait_for_exit());
}

std::string ReverseProxy::configuration(ProxyKind kind, std::uint16_t first_api, std::uint16_t second_api) const {
  const std::string host = "127.0.0.1:";
  const auto with_addresses = [&](const char* name) {
    std::string text = text_of(configurations + "/" + name);
    boost::algorithm::replace_all(text, host + "3005", host + std::to_string(first_api));
    boost::algorithm::replace_all(text, host + "3015", host + std::to_string(second_api));
    boost::algorithm::replace_all(text, host + "8080", host + std::to_string(port_));
    return text;
  };
  switch (kind) {
    case ProxyKind::haproxy:
      return before_haproxy() + with_addresses("haproxy.cfg");
    case ProxyKind::nginx:
      return before_nginx(folder_.path()) + with_addresses("nginx.conf") + "}\n";
    case ProxyKind::nginx_http_1_0:
      return before_nginx(folder_.path()) + without_http_1_1(with_addresses("nginx.conf")) + "}\n";
    case ProxyKind::apache:
      return before_apache(folder_.path()) + with_addresses("apache.conf");
  }
  std::unreachable();
}

void ReverseProxy::start(ProxyKind kind) {
  const std::string file = folder_.path() + "/configuration";
  switch (kind) {
    case ProxyKind::haproxy:
      process_.emplace(std::vector<std::string>{"-db", "-f", file}, Environment{}, installed_program("haproxy"));
      return;
    case ProxyKind::nginx:
    case ProxyKind::nginx_http_1_0:
      process_.emplace(std::vector<std::string>{"-e", "stderr", "-c", file}, Environment{}, installed_program("nginx"));
      return;
    case ProxyKind::apache:
      process_.emplace(std::vector<std::string>{"-DFOREGROUND", "-f", file}, Environment{}, installed_program("apache2"));
      return;
  }
}

}  // namespace notifier::testing
