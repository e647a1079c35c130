#include "senders/mail/mail_address.hpp"

#include <curl/curl.h>
#include <locale.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>

#include "base/address_grammar.hpp"
#include "senders/mail/mime_text.hpp"

namespace notifier {
namespace {

constexpr std::size_t longest_domain = 253;

bool is_all_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_ascii(static_cast<unsigned char>(c)); });
}

bool is_domain_of_labels(std::string_view text) {
  constexpr auto nothing_else = [](char32_t) { return false; };
  return text.size() <= longest_domain &&
         all_parts(text, [&](std::string_view label) { return is_label(label, nothing_else); });
}

/// For as long as it lives, the C library takes the thread's strings for UTF-8, if it can, whatever the process's locale is.
class Utf8Locale {
 public:
  Utf8Locale() : mine_{::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)}, before_{::uselocale(mine_)} {}
  ~Utf8Locale() {
    ::uselocale(before_);
    if (mine_ != nullptr) ::freelocale(mine_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t mine_;
  locale_t before_;
};

/// An international domain as libcurl's IDN library writes it in ASCII. Nothing if it cannot.
std::optional<std::string> to_a_labels(const std::string& domain) {
  const std::unique_ptr<CURLU, decltype(&::curl_url_cleanup)> url{::curl_url(), ::curl_url_cleanup};
  if (url == nullptr || ::curl_url_set(url.get(), CURLUPART_HOST, domain.c_str(), 0) != CURLUE_OK) return std::nullopt;
  const Utf8Locale locale;  // libidn2, which libcurl asks, goes by it
  char* host = nullptr;
  const CURLUcode result = ::curl_url_get(url.get(), CURLUPART_HOST, &host, CURLU_PUNYCODE);
  // libcurl 7.88 leaves the host with us, also when it has failed.
  const std::unique_ptr<char, decltype(&::curl_free)> owned{host, ::curl_free};
  if (result != CURLUE_OK) return std::nullopt;
  return std::string{host};
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool MailAddress::needs_smtputf8() const { return !is_all_ascii(local); }

std::expected<MailAddress, std::string> parse_mail_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return std::unexpected{"the address has no @"};
  const std::string_view local = text.substr(0, at);
  if (local.size() > longest_local_part) return std::unexpected{"the address has more than 64 bytes before the @"};
  if (!is_dot_string(local, [](char32_t c) { return !is_control(c); }))
    return std::unexpected{"the address has a character before the @ that has no place there"};

  std::string domain{text.substr(at + 1)};
  if (domain.contains('\0')) return std::unexpected{"the address has a domain that is none"};
  if (!is_all_ascii(domain)) domain = to_a_labels(domain).value_or("");
  if (!is_domain_of_labels(domain)) return std::unexpected{"the address has a domain that is none"};
  return MailAddress{.local = std::string{local}, .domain = std::move(domain)};
}

std::expected<Mailbox, std::string> parse_mailbox(std::string_view text) {
  text = trimmed(text);
  std::string_view name;
  if (text.ends_with('>')) {
    const std::size_t open = text.rfind('<');
    if (open == std::string_view::npos) return std::unexpected{"the address ends with > and has no <"};
    name = trimmed(text.substr(0, open));
    text = text.substr(open + 1, text.size() - open - 2);
  } else if (text.contains('>')) {
    return std::unexpected{"there is text behind the > at which the address ends"};
  } else if (text.contains('<')) {
    return std::unexpected{"the address begins with < and has no > at its end"};
  }
  if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"')) name = name.substr(1, name.size() - 2);

  auto address = parse_mail_address(text);
  if (!address) return std::unexpected{std::move(address).error()};
  return Mailbox{.name = std::string{name}, .address = *std::move(address)};
}

}  // namespace notifier
