#include "support/mail_server.hpp"

#include <boost/json/parse.hpp>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace notifier::testing {
namespace {

// Debian's, which has aiosmtpd; another one may come first in PATH.
const std::string python = "/usr/bin/python3";
const std::string scripts = NOTIFIER_TEST_SCRIPTS;

/// A certificate that vouches for itself, and the same with its key.
void make_certificate(const MailServerOptions& options, const std::string& certificate, const std::string& with_key) {
  const std::string names = options.certified_for.empty() ? "" : " -addext subjectAltName=" + options.certified_for;
  const std::string make =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + options.common_name +
      names + " -keyout " + with_key + " -out " + certificate + " 2> /dev/null && cat " + certificate + " >> " + with_key;
  if (std::system(make.c_str()) != 0) throw std::runtime_error{"openssl cannot make a certificate"};
}

std::string name_of(SmtpTls tls) {
  return tls == SmtpTls::none ? "none" : tls == SmtpTls::starttls ? "starttls" : "implicit";
}

}  // namespace

MailServer::MailServer(const MailServerOptions& options)
    : tls_{options.tls}, process_{arguments(options), {}, python}, port_{process_.port()} {}

std::vector<std::string> MailServer::arguments(const MailServerOptions& options) {
  std::vector<std::string> arguments{scripts + "/mail_server.py", "--record", record_, "--tls", name_of(options.tls)};
  if (options.tls != SmtpTls::none) {
    const std::string with_key = folder_.path() + "/server.pem";
    make_certificate(options, ca_file_, with_key);
    arguments.insert(arguments.end(), {"--certificate", with_key});
  }
  if (options.auth_required) arguments.emplace_back("--auth");
  if (!options.smtputf8) arguments.emplace_back("--no-smtputf8");
  if (options.auth_offer) arguments.push_back("--offer=" + *options.auth_offer);
  if (options.unreadable_challenge) arguments.emplace_back("--unreadable");
  if (options.full_name_required) arguments.emplace_back("--full-name");
  if (options.small_letters) arguments.emplace_back("--small-letters");
  return arguments;
}

SmtpSettings MailServer::settings() const {
  return {.host = "127.0.0.1",
          .port = port_,
          .tls = tls_,
          .ca_file = tls_ == SmtpTls::none ? "" : ca_file_,
          .user = {},
          .password = {},
          .from = "Shop <shop@shop.example>",
          .connections = 4};
}

std::vector<boost::json::object> MailServer::notes(const std::string& kind) const {
  std::vector<boost::json::object> notes;
  std::ifstream record{record_};
  for (std::string line; std::getline(record, line);) {
    auto note = boost::json::parse(line).as_object();
    if (note.at("kind").as_string() == kind) notes.push_back(std::move(note));
  }
  return notes;
}

std::vector<AcceptedMail> MailServer::mails() const {
  std::vector<AcceptedMail> mails;
  for (const boost::json::object& note : notes("mail")) {
    mails.push_back({.connection = note.at("connection").to_number<std::uint64_t>(),
                     .sender = std::string{note.at("sender").as_string()},
                     .recipient = std::string{note.at("recipients").as_array().at(0).as_string()},
                     .smtputf8 = note.at("smtputf8").as_bool(),
                     .tls = note.at("tls").as_bool(),
                     .authenticated = note.at("authenticated").as_bool(),
                     .mail = note.at("mail").as_object()});
  }
  return mails;
}

std::size_t MailServer::commands(const std::string& name) const {
  std::size_t count = 0;
  for (const boost::json::object& note : notes("command")) count += note.at("name").as_string() == name ? 1 : 0;
  return count;
}

std::vector<std::string> MailServer::said(const std::string& name) const {
  std::vector<std::string> said;
  for (const boost::json::object& note : notes("command")) {
    if (note.at("name").as_string() == name) said.emplace_back(note.at("said").as_string());
  }
  return said;
}

std::set<std::uint64_t> MailServer::connections() const {
  std::set<std::uint64_t> connections;
  for (const AcceptedMail& mail : mails()) connections.insert(mail.connection);
  return connections;
}

boost::json::object read_mail(const std::string& text) {
  const TemporaryFolder folder;
  const std::string file = folder.path() + "/mail";
  std::ofstream{file, std::ios::binary} << text;
  NotifierProcess reader{{scripts + "/read_mail.py", file}, {}, python};
  if (reader.wait_for_exit() != 0) throw std::runtime_error{"read_mail.py failed:\n" + reader.output()};
  return boost::json::parse(reader.output()).as_object();
}

std::string text_at(const boost::json::object& mail, std::string_view name) {
  return std::string{mail.at(name).as_string()};
}

std::string header_of(const boost::json::object& mail, std::string_view name) {
  return text_at(mail.at("headers").as_object(), name);
}

}  // namespace notifier::testing
