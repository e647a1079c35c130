#include "bench/receivers.hpp"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/free_port.hpp"
#include "support/wait_until.hpp"

namespace notifier::bench {
namespace {

std::string installed(const std::string& program) {
  std::string path = "/usr/sbin/" + program;
  if (!std::filesystem::exists(path)) throw std::runtime_error{program + " is not installed: ./dev bench brings it"};
  return path;
}

bool listens(std::uint16_t port) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket socket{context};
  boost::system::error_code error;
  socket.connect({boost::asio::ip::address_v4::loopback(), port}, error);
  return !error;
}

void await(const testing::NotifierProcess& process, std::uint16_t port) {
  if (testing::wait_until([port] { return listens(port); })) return;
  throw std::runtime_error{"a receiver does not listen:\n" + process.output()};
}

std::string nginx_configuration(const std::string& folder, std::uint16_t port) {
  std::string text = "daemon off;\npid " + folder + "/pid;\nerror_log stderr;\n";
  if (::geteuid() == 0) text += "user root;\n";
  text += "events { worker_connections 8192; }\nhttp {\naccess_log off;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    text.append(kind).append("_temp_path ").append(folder).append("/").append(kind).append(";\n");
  }
  text += "server { listen 127.0.0.1:" + std::to_string(port) + "; keepalive_requests 1000000; return 200; }\n}\n";
  return text;
}

std::string write_nginx_configuration(const std::string& folder, std::uint16_t port) {
  std::string file = folder + "/nginx.conf";
  std::ofstream{file} << nginx_configuration(folder, port);
  return file;
}

/// It refuses to run as root.
std::vector<std::string> smtp_sink_arguments(std::uint16_t port) {
  std::vector<std::string> arguments{"127.0.0.1:" + std::to_string(port), "512"};
  if (::geteuid() == 0) arguments.insert(arguments.begin(), {"-u", "nobody"});
  return arguments;
}

}  // namespace

WebhookReceiver::WebhookReceiver()
    : port_{testing::free_port()},
      process_{{"-e", "stderr", "-c", write_nginx_configuration(folder_.path(), port_)}, {}, installed("nginx")} {
  await(process_, port_);
}

MailReceiver::MailReceiver()
    : port_{testing::free_port()}, process_{smtp_sink_arguments(port_), {}, installed("smtp-sink")} {
  await(process_, port_);
}

}  // namespace notifier::bench
