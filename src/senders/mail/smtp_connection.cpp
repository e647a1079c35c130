#include "senders/mail/smtp_connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <boost/algorithm/string/split.hpp>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "senders/libcurl.hpp"
#include "senders/mail/helo_name.hpp"

namespace notifier {
namespace {

using List = std::unique_ptr<curl_slist, decltype(&::curl_slist_free_all)>;

using Sockets = std::vector<curl_socket_t>;

/// What libcurl's callbacks share during an exchange.
struct Progress {
  const MailMessage& mail;
  const Sockets& sockets;
  std::stop_token stop;
  std::chrono::steady_clock::time_point text_deadline;
  SmtpLogin& login;
  bool needs_login = false;
  bool& logged_in;
  std::string_view unsent{mail.text};
  SmtpReply reply{};
  bool may_go_on = false;  ///< after a refusal, by another command
  bool is_offer = false;   ///< what comes answers EHLO
  bool is_login = false;   ///< what goes to and fro is a mechanism's
  SmtpStage stage = SmtpStage::session;
  bool lacks_smtputf8 = false;
  bool lacks_login = false;
  bool is_late = false;  ///< the text is not out in time
  std::array<char, CURL_ERROR_SIZE> detail{};
};

std::size_t read_mail(char* buffer, std::size_t size, std::size_t count, void* pointer) {
  auto& progress = *static_cast<Progress*>(pointer);
  const std::size_t length = std::min(size * count, progress.unsent.size());
  std::memcpy(buffer, progress.unsent.data(), length);
  progress.unsent.remove_prefix(length);
  return length;
}

/// libcurl says QUIT and waits for the answer for up to two minutes, unless there is none to come.
void skip_quit_reply(const Sockets& sockets) {
  for (const curl_socket_t socket : sockets) ::shutdown(socket, SHUT_RD);
}

/// libcurl recognizes what a server offers only in capital letters, and takes it from where these bytes are. Upper and lower
/// case mean the same (RFC 5321).
void capitalize_offer(char* line, std::size_t length) {
  std::transform(line, line + length, line, [](char byte) { return byte >= 'a' && byte <= 'z' ? byte - 'a' + 'A' : byte; });
}

void take_login(Progress& progress, std::string_view line) {
  constexpr std::string_view offer = "AUTH ";
  constexpr std::string_view success = "235";
  constexpr std::size_t code = 4;
  if (progress.is_login) {
    progress.logged_in = progress.logged_in || line.starts_with(success);
  } else if (line.starts_with("250") && line.size() > code && line.substr(code).starts_with(offer)) {
    progress.login.offered = line.substr(code + offer.size());
  }
}

std::size_t take_reply(char* line, std::size_t size, std::size_t count, void* pointer) {
  constexpr std::size_t give_up = 0;
  auto& progress = *static_cast<Progress*>(pointer);
  const std::string_view text{line, size * count};
  if (progress.is_offer && text.starts_with("250")) capitalize_offer(line, size * count);
  progress.reply.add(text);
  take_login(progress, text);
  const bool is_given_up = progress.lacks_smtputf8 || progress.lacks_login;
  if (is_given_up || (progress.reply.is_refusal() && !progress.may_go_on)) skip_quit_reply(progress.sockets);
  return is_given_up ? give_up : size * count;
}

/// libcurl sends an international address to any server, and mail to one that offers no way to log in: this checks whether
/// it could ask for SMTPUTF8, and has logged in.
void see_mail(Progress& progress, std::string_view command) {
  progress.stage = SmtpStage::mail;
  progress.lacks_smtputf8 = progress.mail.needs_smtputf8 && !command.contains(" SMTPUTF8");
  progress.lacks_login = progress.needs_login && !progress.logged_in;
}

/// libcurl abandons a mechanism that it cannot go on with by sending `*`, and tries another one when that is refused. A
/// refused EHLO is followed by HELO.
int see_command(CURL*, curl_infotype type, char* text, std::size_t length, void* pointer) {
  if (type != CURLINFO_HEADER_OUT) return 0;
  constexpr std::string_view auth = "AUTH ";
  auto& progress = *static_cast<Progress*>(pointer);
  const std::string_view command{text, length};
  progress.is_offer = command.starts_with("EHLO ");
  progress.may_go_on = progress.is_offer || command == "*\r\n";
  if (command.starts_with(auth)) {
    progress.is_login = true;
    progress.login.tried = command.substr(auth.size(), command.find_first_of(" \r", auth.size()) - auth.size());
  } else if (command.starts_with("MAIL FROM:")) {
    see_mail(progress, command);
  } else if (command.starts_with("RCPT TO:")) {
    progress.stage = SmtpStage::recipient;
  } else if (command == "DATA\r\n") {
    progress.stage = SmtpStage::text;
  }
  return 0;
}

std::vector<std::string_view> mechanisms_of(const SmtpSettings& settings) {
  if (settings.user.empty()) return {};
  switch (settings.auth) {
    case SmtpAuth::any:
      return {"SCRAM-SHA-256", "SCRAM-SHA-1", "DIGEST-MD5", "CRAM-MD5", "NTLM", "PLAIN", "LOGIN"};
    case SmtpAuth::plain:
      return {"PLAIN"};
    case SmtpAuth::login:
      return {"LOGIN"};
    case SmtpAuth::cram_md5:
      return {"CRAM-MD5"};
    case SmtpAuth::digest_md5:
      return {"DIGEST-MD5"};
    case SmtpAuth::none:
      return {};
  }
  std::unreachable();
}

/// As libcurl takes them. It chooses the first one of its own order that the server offers.
std::string login_options(const std::vector<std::string_view>& mechanisms) {
  std::string options;
  for (const std::string_view mechanism : mechanisms) {
    options.append(options.empty() ? "AUTH=" : ";AUTH=").append(mechanism);
  }
  return options;
}

/// Called once a second at least.
int see_time(void* pointer, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& progress = *static_cast<Progress*>(pointer);
  const bool text_is_out = progress.stage == SmtpStage::text && progress.unsent.empty();
  progress.is_late = !text_is_out && std::chrono::steady_clock::now() >= progress.text_deadline;
  return progress.is_late || progress.stop.stop_requested() ? 1 : 0;
}

/// At least 1: 0 would be no limit at all.
long milliseconds_until(std::chrono::steady_clock::time_point time) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - std::chrono::steady_clock::now());
  return static_cast<long>(std::max(left, std::chrono::milliseconds{1}).count());
}

/// `smtp://host:port/name`: libcurl greets by that name. Nothing if there is no such host.
std::optional<std::string> url_of(const SmtpSettings& settings) {
  const bool literal_v6 = settings.host.contains(':') && !settings.host.starts_with('[');
  const std::string host = literal_v6 ? "[" + settings.host + "]" : settings.host;
  const std::string path = "/" + (settings.helo.empty() ? default_helo() : settings.helo);
  const char* const scheme = settings.tls == SmtpTls::implicit ? "smtps" : "smtp";
  const std::unique_ptr<CURLU, decltype(&::curl_url_cleanup)> url{::curl_url(), ::curl_url_cleanup};
  char* text = nullptr;
  if (host.empty() || host.contains('\0') || ::curl_url_set(url.get(), CURLUPART_SCHEME, scheme, 0) != CURLUE_OK ||
      ::curl_url_set(url.get(), CURLUPART_HOST, host.c_str(), 0) != CURLUE_OK ||
      ::curl_url_set(url.get(), CURLUPART_PORT, std::to_string(settings.port).c_str(), 0) != CURLUE_OK ||
      ::curl_url_set(url.get(), CURLUPART_PATH, path.c_str(), CURLU_URLENCODE) != CURLUE_OK ||
      ::curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) {
    return std::nullopt;
  }
  const std::unique_ptr<char, decltype(&::curl_free)> owned{text, ::curl_free};
  return std::string{text};
}

}  // namespace

std::expected<std::unique_ptr<SmtpConnection>, std::string> SmtpConnection::make(const SmtpSettings& settings) {
  auto url = url_of(settings);
  if (!url) return std::unexpected{"host: \"" + settings.host + "\" is no name or address of a mail server: correct it"};
  initialise_libcurl();
  CURL* const handle = ::curl_easy_init();
  if (handle == nullptr) return std::unexpected{"libcurl cannot be initialized"};
  std::unique_ptr<SmtpConnection> connection{new SmtpConnection{handle, settings, *std::move(url)}};
  if (!connection->configure(settings)) return std::unexpected{"this libcurl cannot send mail, or not over TLS"};
  return connection;
}

SmtpConnection::SmtpConnection(CURL* handle, const SmtpSettings& settings, std::string url)
    : url_{std::move(url)},
      password_{settings.password},
      until_text_is_out_{settings.deadline},
      mechanisms_{mechanisms_of(settings)},
      left_{mechanisms_},
      handle_{handle, ::curl_easy_cleanup} {}

SmtpConnection::~SmtpConnection() {
  skip_quit_reply(sockets_);
  handle_.reset();
}

bool SmtpConnection::configure(const SmtpSettings& settings) {
  CURL* const handle = handle_.get();
  bool accepted = true;
  const auto set = [&](CURLoption option, auto value) {
    accepted = ::curl_easy_setopt(handle, option, value) == CURLE_OK && accepted;
  };
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(CURLOPT_URL, url_.c_str());
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
  accepted = require_alternative_name(handle) == CURLE_OK && accepted;
  if (!settings.ca_file.empty()) trust_only(handle_.get(), settings.ca_file.string());
  if (!mechanisms_.empty()) {
    set(CURLOPT_USERNAME, settings.user.c_str());
    set(CURLOPT_PASSWORD, settings.password.c_str());
  }

  set(CURLOPT_READFUNCTION, read_mail);
  set(CURLOPT_HEADERFUNCTION, take_reply);
  set(CURLOPT_XFERINFOFUNCTION, see_time);
  set(CURLOPT_DEBUGFUNCTION, see_command);
  set(CURLOPT_OPENSOCKETFUNCTION, open);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS, 1L);  // the race has waits of its own
  set(CURLOPT_SOCKOPTFUNCTION, opened);
  set(CURLOPT_SOCKOPTDATA, static_cast<void*>(this));
  set(CURLOPT_CLOSESOCKETFUNCTION, closed);
  set(CURLOPT_CLOSESOCKETDATA, static_cast<void*>(this));
  return accepted;
}

SendResult SmtpConnection::deliver(const MailMessage& mail, std::chrono::milliseconds timeout, const std::stop_token& stop) {
  const auto now = std::chrono::steady_clock::now();
  const SmtpDeadlines deadlines{.text = now + until_text_is_out_, .answer = now + timeout};
  const auto exchange_once = [&](SmtpLogin& login) {
    login = {};
    return exchange(mail, deadlines, stop, login);
  };
  SmtpLogin login;
  SmtpExchange outcome = exchange_once(login);
  if (was_stale(outcome)) outcome = exchange_once(login);
  while (has_other_login(outcome, login)) outcome = exchange_once(login);
  return smtp_result(outcome);
}

/// Whether the server has refused the login and offers another mechanism, which is then the next to be tried. When it has
/// refused all, the next mail begins anew.
bool SmtpConnection::has_other_login(const SmtpExchange& exchange, const SmtpLogin& login) {
  if (exchange.result != CURLE_LOGIN_DENIED) return false;
  const bool was_refused = exchange.code / 100 == 5 && std::erase(left_, login.tried) > 0;
  std::vector<std::string> offered;
  boost::algorithm::split(offered, login.offered, boost::algorithm::is_any_of(" \r\n"));
  const auto is_offered = [&](std::string_view mechanism) { return std::ranges::find(offered, mechanism) != offered.end(); };
  const bool has_other = was_refused && std::ranges::any_of(left_, is_offered);
  if (!has_other) left_ = mechanisms_;
  return has_other;
}

SmtpExchange SmtpConnection::exchange(const MailMessage& mail, const SmtpDeadlines& deadlines, const std::stop_token& stop,
                                      SmtpLogin& login) {
  CURL* const handle = handle_.get();
  Progress progress{.mail = mail,
                    .sockets = sockets_,
                    .stop = stop,
                    .text_deadline = deadlines.text,
                    .login = login,
                    .needs_login = !mechanisms_.empty(),
                    .logged_in = logged_in_};
  const List recipients{::curl_slist_append(nullptr, mail.to.c_str()), ::curl_slist_free_all};
  if (recipients == nullptr) return {.result = CURLE_OUT_OF_MEMORY};
  if (!left_.empty()) ::curl_easy_setopt(handle, CURLOPT_LOGIN_OPTIONS, login_options(left_).c_str());
  ::curl_easy_setopt(handle, CURLOPT_MAIL_FROM, mail.from.c_str());
  ::curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients.get());
  ::curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail.text.size()));
  ::curl_easy_setopt(handle, CURLOPT_VERBOSE, 1L);
  ::curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, progress.detail.data());
  for (const CURLoption option : {CURLOPT_READDATA, CURLOPT_HEADERDATA, CURLOPT_XFERINFODATA, CURLOPT_DEBUGDATA}) {
    ::curl_easy_setopt(handle, option, static_cast<void*>(&progress));
  }

  SmtpExchange outcome{.result = perform(deadlines, stop)};
  ::curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, nullptr);
  ::curl_easy_setopt(handle, CURLOPT_VERBOSE, 0L);
  ::curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &outcome.code);
  outcome.reply = progress.reply.text();
  if (!password_.empty()) boost::algorithm::replace_all(outcome.reply, password_, "***");
  outcome.detail = explained(progress.detail.data(), url_, handle, outcome.result);
  outcome.stage = progress.stage;
  if (progress.is_late) outcome.result = CURLE_OPERATION_TIMEDOUT;
  outcome.lacks_smtputf8 = progress.lacks_smtputf8;
  outcome.lacks_login = progress.lacks_login;
  return outcome;
}

CURLcode SmtpConnection::perform(const SmtpDeadlines& deadlines, const std::stop_token& stop) {
  CURL* const handle = handle_.get();
  const auto run = [&] {
    const long timeout = milliseconds_until(deadlines.answer);
    ::curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, timeout);
    ::curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, timeout);                    // 5 minutes otherwise
    ::curl_easy_setopt(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT, timeout / 1000 + 1L);  // 2 minutes otherwise
    return ::curl_easy_perform(handle);
  };
  race_.reset();
  const CURLcode result = run();
  if (!race_.begin(result)) return result;
  const CURLcode raced = run_race(deadlines, stop);
  return raced == CURLE_OK ? run() : raced;
}

CURLcode SmtpConnection::run_race(const SmtpDeadlines& deadlines, const std::stop_token& stop) {
  constexpr std::chrono::milliseconds look_at_stop{500};
  const auto end = std::min(deadlines.text, deadlines.answer);
  while (!race_.go_on_until(std::min(end, std::chrono::steady_clock::now() + look_at_stop))) {
    if (stop.stop_requested()) return CURLE_ABORTED_BY_CALLBACK;
    if (std::chrono::steady_clock::now() >= end) return CURLE_OPERATION_TIMEDOUT;
  }
  return CURLE_OK;
}

bool SmtpConnection::was_stale(const SmtpExchange& exchange) const {
  constexpr long closing = 421;
  long new_connections = 0;
  ::curl_easy_getinfo(handle_.get(), CURLINFO_NUM_CONNECTS, &new_connections);
  const bool gone = exchange.code == closing || exchange.result == CURLE_SEND_ERROR || exchange.result == CURLE_RECV_ERROR ||
                    exchange.result == CURLE_GOT_NOTHING;
  return new_connections == 0 && exchange.stage != SmtpStage::text && gone &&
         (exchange.code == 0 || exchange.code == closing);
}

curl_socket_t SmtpConnection::open(void* self, curlsocktype, curl_sockaddr* address) {
  return static_cast<SmtpConnection*>(self)->race_.open(*address);
}

int SmtpConnection::opened(void* self, curl_socket_t socket, curlsocktype) {
  auto& connection = *static_cast<SmtpConnection*>(self);
  connection.sockets_.push_back(socket);
  connection.logged_in_ = false;
  return CURL_SOCKOPT_OK;
}

int SmtpConnection::closed(void* self, curl_socket_t socket) {
  std::erase(static_cast<SmtpConnection*>(self)->sockets_, socket);
  return ::close(socket);
}

}  // namespace notifier
