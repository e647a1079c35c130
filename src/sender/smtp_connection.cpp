#include "sender/smtp_connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/replace.hpp>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "sender/libcurl.hpp"

namespace notifier {
namespace {

using List = std::unique_ptr<curl_slist, decltype(&::curl_slist_free_all)>;

using Sockets = std::vector<curl_socket_t>;

/// What libcurl's callbacks share during an exchange.
struct Progress {
  const MailMessage& mail;
  const Sockets& sockets;
  std::stop_token stop;
  std::string_view unsent{mail.text};
  SmtpReply reply{};
  bool is_greeting = false;  ///< by EHLO, of which a refusal may be followed by HELO
  bool mail_begun = false;
  bool lacks_smtputf8 = false;
  std::array<char, CURL_ERROR_SIZE> detail{};
};

std::size_t read_mail(char* buffer, std::size_t size, std::size_t count, void* pointer) {
  auto& progress = *static_cast<Progress*>(pointer);
  const std::size_t length = std::min(size * count, progress.unsent.size());
  std::memcpy(buffer, progress.unsent.data(), length);
  progress.unsent.remove_prefix(length);
  progress.mail_begun = true;
  return length;
}

/// libcurl says QUIT and waits for the answer for up to two minutes, unless there is none to come.
void await_no_goodbye(const Sockets& sockets) {
  for (const curl_socket_t socket : sockets) ::shutdown(socket, SHUT_RD);
}

std::size_t take_reply(char* line, std::size_t size, std::size_t count, void* pointer) {
  constexpr std::size_t give_up = 0;
  auto& progress = *static_cast<Progress*>(pointer);
  progress.reply.add({line, size * count});
  if (progress.reply.is_refusal() && !progress.is_greeting) await_no_goodbye(progress.sockets);
  return progress.lacks_smtputf8 ? give_up : size * count;
}

/// libcurl sends an international address to any server: this sees whether it could ask for SMTPUTF8.
int see_command(CURL*, curl_infotype type, char* text, std::size_t length, void* pointer) {
  if (type != CURLINFO_HEADER_OUT) return 0;
  auto& progress = *static_cast<Progress*>(pointer);
  const std::string_view command{text, length};
  progress.is_greeting = command.starts_with("EHLO");
  if (command.starts_with("MAIL FROM:")) {
    progress.lacks_smtputf8 = progress.mail.needs_smtputf8 && !command.contains(" SMTPUTF8");
  }
  return 0;
}

int see_stop(void* pointer, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const Progress*>(pointer)->stop.stop_requested() ? 1 : 0;
}

/// `smtp://host:port`. Nothing if there is no such host.
std::optional<std::string> url_of(const SmtpSettings& settings) {
  const bool literal_v6 = settings.host.contains(':') && !settings.host.starts_with('[');
  const std::string host = literal_v6 ? "[" + settings.host + "]" : settings.host;
  const char* const scheme = settings.tls == SmtpTls::implicit ? "smtps" : "smtp";
  const std::unique_ptr<CURLU, decltype(&::curl_url_cleanup)> url{::curl_url(), ::curl_url_cleanup};
  char* text = nullptr;
  if (host.empty() || host.contains('\0') || ::curl_url_set(url.get(), CURLUPART_SCHEME, scheme, 0) != CURLUE_OK ||
      ::curl_url_set(url.get(), CURLUPART_HOST, host.c_str(), 0) != CURLUE_OK ||
      ::curl_url_set(url.get(), CURLUPART_PORT, std::to_string(settings.port).c_str(), 0) != CURLUE_OK ||
      ::curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) {
    return std::nullopt;
  }
  const std::unique_ptr<char, decltype(&::curl_free)> owned{text, ::curl_free};
  return std::string{text};
}

}  // namespace

std::expected<std::unique_ptr<SmtpConnection>, std::string> SmtpConnection::make(const SmtpSettings& settings) {
  const auto url = url_of(settings);
  if (!url) return std::unexpected{"host: \"" + settings.host + "\" is no name or address of a mail server"};
  if (!settings.ca_file.empty() && !std::ifstream{settings.ca_file}) {
    return std::unexpected{"ca_file: cannot read " + settings.ca_file.string()};
  }
  initialise_libcurl();
  CURL* const handle = ::curl_easy_init();
  if (handle == nullptr) return std::unexpected{"libcurl cannot be initialized"};
  std::unique_ptr<SmtpConnection> connection{new SmtpConnection{handle, settings.password}};
  if (!connection->configure(settings, *url)) return std::unexpected{"this libcurl cannot send mail, or not over TLS"};
  return connection;
}

SmtpConnection::SmtpConnection(CURL* handle, std::string password)
    : password_{std::move(password)}, handle_{handle, ::curl_easy_cleanup} {}

SmtpConnection::~SmtpConnection() {
  await_no_goodbye(sockets_);
  handle_.reset();
}

bool SmtpConnection::configure(const SmtpSettings& settings, const std::string& url) {
  CURL* const handle = handle_.get();
  bool accepted = true;
  const auto set = [&](CURLoption option, auto value) {
    accepted = ::curl_easy_setopt(handle, option, value) == CURLE_OK && accepted;
  };
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROXY, "");  // not even one that the environment names
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // a deadline does not wait for a name server
  set(CURLOPT_MAXCONNECTS, 1L);
  set(CURLOPT_MAXLIFETIME_CONN, longest_life_of_connection);
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_NOPROGRESS, 0L);

  set(CURLOPT_USE_SSL, static_cast<long>(settings.tls == SmtpTls::none ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!settings.ca_file.empty()) trust_only(handle_.get(), settings.ca_file.string());
  if (!settings.user.empty()) {
    set(CURLOPT_USERNAME, settings.user.c_str());
    set(CURLOPT_PASSWORD, settings.password.c_str());
  }

  set(CURLOPT_READFUNCTION, read_mail);
  set(CURLOPT_HEADERFUNCTION, take_reply);
  set(CURLOPT_XFERINFOFUNCTION, see_stop);
  set(CURLOPT_DEBUGFUNCTION, see_command);
  set(CURLOPT_SOCKOPTFUNCTION, opened);
  set(CURLOPT_SOCKOPTDATA, static_cast<void*>(this));
  set(CURLOPT_CLOSESOCKETFUNCTION, closed);
  set(CURLOPT_CLOSESOCKETDATA, static_cast<void*>(this));
  return accepted;
}

SendResult SmtpConnection::deliver(const MailMessage& mail, std::chrono::milliseconds timeout, const std::stop_token& stop) {
  const auto begun = std::chrono::steady_clock::now();
  SmtpExchange outcome = exchange(mail, timeout, stop);
  if (was_stale(outcome)) {
    const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
    outcome = exchange(mail, std::max(timeout - spent, std::chrono::milliseconds{1}), stop);
  }
  return smtp_result(outcome);
}

SmtpExchange SmtpConnection::exchange(const MailMessage& mail, std::chrono::milliseconds timeout,
                                      const std::stop_token& stop) {
  CURL* const handle = handle_.get();
  Progress progress{.mail = mail, .sockets = sockets_, .stop = stop};
  const List recipients{::curl_slist_append(nullptr, mail.to.c_str()), ::curl_slist_free_all};
  if (recipients == nullptr) return {.result = CURLE_OUT_OF_MEMORY};
  ::curl_easy_setopt(handle, CURLOPT_MAIL_FROM, mail.from.c_str());
  ::curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients.get());
  ::curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail.text.size()));
  ::curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  ::curl_easy_setopt(handle, CURLOPT_VERBOSE, 1L);
  ::curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, progress.detail.data());
  for (const CURLoption option : {CURLOPT_READDATA, CURLOPT_HEADERDATA, CURLOPT_XFERINFODATA, CURLOPT_DEBUGDATA}) {
    ::curl_easy_setopt(handle, option, static_cast<void*>(&progress));
  }

  SmtpExchange outcome{.result = ::curl_easy_perform(handle)};
  ::curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, nullptr);
  ::curl_easy_setopt(handle, CURLOPT_VERBOSE, 0L);
  ::curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &outcome.code);
  outcome.reply = progress.reply.text();
  if (!password_.empty()) boost::algorithm::replace_all(outcome.reply, password_, "***");
  outcome.detail = progress.detail.data();
  outcome.mail_begun = progress.mail_begun;
  outcome.lacks_smtputf8 = progress.lacks_smtputf8;
  return outcome;
}

bool SmtpConnection::was_stale(const SmtpExchange& exchange) const {
  constexpr long closing = 421;
  long new_connections = 0;
  ::curl_easy_getinfo(handle_.get(), CURLINFO_NUM_CONNECTS, &new_connections);
  const bool gone = exchange.code == closing || exchange.result == CURLE_SEND_ERROR || exchange.result == CURLE_RECV_ERROR ||
                    exchange.result == CURLE_GOT_NOTHING;
  return new_connections == 0 && !exchange.mail_begun && gone && (exchange.code == 0 || exchange.code == closing);
}

int SmtpConnection::opened(void* self, curl_socket_t socket, curlsocktype) {
  static_cast<SmtpConnection*>(self)->sockets_.push_back(socket);
  return CURL_SOCKOPT_OK;
}

int SmtpConnection::closed(void* self, curl_socket_t socket) {
  std::erase(static_cast<SmtpConnection*>(self)->sockets_, socket);
  return ::close(socket);
}

}  // namespace notifier
